package import Kernel

/// Why the database did not give what was asked.
///
/// `description` is safe for any log: it names states and constraints, never values.
package enum PostgresFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The settings name no database that could be reached.
    case notConfigured(String)
    /// No connection could be made.
    case couldNotConnect(String)
    /// The connection ended while a statement was under way; whether it took effect is unknown.
    case connectionLost
    /// Every connection is busy and the queue is full, or a place in it did not come up in time.
    case poolExhausted
    /// The server did not answer in time.
    case timedOut
    /// The task was cancelled.
    case cancelled
    /// The server refused the statement.
    case server(state: String, constraint: String, message: String)
    /// The answer is not of the form that the statement's reader expects.
    case unexpectedAnswer(String)

    package var description: String {
        switch self {
        case .notConfigured(let reason): "database not configured: \(reason)"
        case .couldNotConnect(let reason): "no connection to the database: \(reason)"
        case .connectionLost: "the connection to the database was lost"
        case .poolExhausted: "no database connection was free in time"
        case .timedOut: "the database did not answer in time"
        case .cancelled: "the database call was cancelled"
        case .server(let state, let constraint, let message):
            "the database answered SQLSTATE \(state)" + (constraint.isEmpty ? "" : ", constraint \(constraint)")
                + (PostgresFault.messageMayHoldValues(state) ? "" : ": \(message)")
        case .unexpectedAnswer(let what): "unexpected answer from the database: \(what)"
        }
    }

    /// Whether the same call may succeed a moment later, with nothing done by us.
    package var isTransient: Bool {
        switch self {
        case .couldNotConnect, .connectionLost, .poolExhausted, .timedOut, .cancelled: true
        case .notConfigured, .unexpectedAnswer: false
        case .server(let state, _, _):
            // 08 connection, 25006 read-only, 40 rollback, 53 resources (disk full, too many connections),
            // 55P03 lock not available, 57 operator intervention (shutdown, cancel, statement timeout), 58 system.
            // Source: Postgres's documentation, appendix A «Error Codes».
            ["08", "40", "53", "57", "58"].contains(state.prefix(2)) || state == "25006" || state == "55P03"
        }
    }

    /// What the caller is told.
    package var refusal: Refusal { isTransient ? .unavailable(retryAfterSeconds: 1) : .failed }

    /// Classes 22 and 23 quote the data at fault.
    private static func messageMayHoldValues(_ state: String) -> Bool { ["22", "23"].contains(state.prefix(2)) }
}
