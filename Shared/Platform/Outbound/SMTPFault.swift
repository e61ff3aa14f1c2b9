/// Why a mail was not delivered, by what to do next.
package enum SMTPFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server rejected this mail permanently (5xx to RCPT, DATA or the message); retrying is useless.
    case permanent(code: Int)
    /// A later attempt may succeed.
    case transient(Hindrance)
    /// The server rejects our login, requires one, or rejects our sender (5xx to MAIL).
    ///
    /// Our settings or our account are at fault, so the operator must be alerted; the mail itself can be retried.
    case misconfigured(code: Int?)

    /// The cause of a transient failure.
    package enum Hindrance: Equatable, Sendable {
        /// The server said so: 4xx, or any refusal before it had seen the mail.
        case reply(Int)
        case couldNotConnect
        /// No secure connection: certificate, handshake, or no STARTTLS where it is required.
        case tls
        case timedOut
        /// The connection broke or a reply was invalid; the server may have accepted the mail all the same.
        case dropped
        case cancelled
    }

    /// Whether the same mail may be retried.
    package var isWorthRetrying: Bool {
        switch self {
        case .permanent: false
        case .transient, .misconfigured: true
        }
    }

    package var description: String {
        switch self {
        case .permanent(let code): "the mail was refused for good (\(code))"
        case .transient(.reply(let code)): "the mail server asks to try later (\(code))"
        case .transient(.couldNotConnect): "could not connect to the mail server"
        case .transient(.tls): "no safe connection to the mail server"
        case .transient(.timedOut): "the mail server did not answer in time"
        case .transient(.dropped): "the mail server broke off"
        case .transient(.cancelled): "sending was cancelled"
        case .misconfigured(let code):
            "the mail server does not accept our login or sender (\(code.map(String.init) ?? "none"))"
        }
    }
}
