/// Why a mail was not taken, told apart by what to do next.
package enum SMTPFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server refused this mail for good (5xx to RCPT, DATA or the message): trying again is useless.
    case permanent(code: Int)
    /// It may go better later.
    case transient(Hindrance)
    /// The server does not accept our login, wants one, or takes nothing from our sender (5xx to MAIL): our settings or
    /// our account are at fault, so somebody must be told; the mail itself can be tried again.
    case misconfigured(code: Int?)

    /// What stood in the way.
    package enum Hindrance: Equatable, Sendable {
        /// The server said so: 4xx, or any refusal before it had heard of the mail.
        case reply(Int)
        case couldNotConnect
        /// No safe connection: certificate, handshake, or no STARTTLS where it is required.
        case tls
        case timedOut
        /// The connection broke or the server made no sense; it may have taken the mail all the same.
        case dropped
        case cancelled
    }

    /// Whether the same mail may be tried again.
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
