/// Why a mail was not delivered, by what to do next.
package enum SMTPFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server rejected this mail's recipient permanently; retrying is useless.
    case permanent(code: Int, status: EnhancedStatus? = nil)
    /// The server rejected this mail permanently, and the reply does not tell whether the recipient, the content or our
    /// account is at fault.
    case unclear(code: Int, status: EnhancedStatus? = nil)
    /// The recipient's local part is beyond ASCII, and the server cannot send to such an address (RFC 6531).
    case needsSMTPUTF8
    /// A later attempt may succeed.
    case transient(Hindrance)
    /// The server rejects our connection, our login or our sender, or a mail for a reason that speaks of those.
    ///
    /// Our settings or our account are at fault, so the operator must be alerted; the mail itself can be retried.
    case misconfigured(code: Int?, status: EnhancedStatus? = nil)

    /// The cause of a transient failure.
    package enum Hindrance: Equatable, Sendable {
        /// The server said so: 4xx.
        case reply(Int)
        case couldNotConnect
        /// No secure connection: certificate, handshake, or no STARTTLS where it is required.
        case tls
        case timedOut
        /// The connection broke or a reply was invalid; the server may have accepted the mail all the same.
        case dropped
        case cancelled
    }

    package var description: String {
        switch self {
        case .permanent(let code, let status): "the mail was refused for good (\(words(code, status)))"
        case .unclear(let code, let status): "the mail was refused, maybe for good (\(words(code, status)))"
        case .needsSMTPUTF8: "the mail server cannot send to letters beyond ASCII before the @: it lacks SMTPUTF8"
        case .transient(.reply(let code)): "the mail server asks to try later (\(code))"
        case .transient(.couldNotConnect): "could not connect to the mail server"
        case .transient(.tls): "no safe connection to the mail server"
        case .transient(.timedOut): "the mail server did not answer in time"
        case .transient(.dropped): "the mail server broke off"
        case .transient(.cancelled): "sending was cancelled"
        case .misconfigured(let code, let status):
            "the mail server does not accept our login or sender (\(code.map { words($0, status) } ?? "none"))"
        }
    }
}

private func words(_ code: Int, _ status: EnhancedStatus?) -> String { status.map { "\(code) \($0)" } ?? "\(code)" }
