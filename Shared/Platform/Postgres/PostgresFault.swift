package import Kernel

/// Why a database call failed.
///
/// `description` is safe for any log: it names states and constraints, never values.
package enum PostgresFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The settings name no reachable database.
    case notConfigured(String)
    /// No connection could be opened.
    case couldNotConnect(String)
    /// The connection ended while a statement was in progress; whether it took effect is unknown.
    case connectionLost
    /// All connections are busy and the queue is full, or none became free in time.
    case poolExhausted
    /// The server did not respond in time.
    case timedOut
    /// The task was cancelled.
    case cancelled
    /// The server rejected the statement.
    case server(state: String, constraint: String, message: String)
    /// The result does not have the form that the statement's reader expects.
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

    /// Whether the same call may succeed a moment later without any change.
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

    /// Whether the server undid the whole transaction in favor of another, so that it may be repeated at once: a
    /// deadlock or a serialization failure.
    package var isRolledBack: Bool {
        guard case .server(let state, _, _) = self else { return false }
        return state == "40P01" || state == "40001"
    }

    /// Whether the server rejected the statement's values, so that the same values are rejected each time.
    ///
    /// 22 data exception (out of range, a NUL), 23 integrity constraint violation, 54 program limit exceeded (a text too
    /// long for an index). Source: Postgres's documentation, appendix A «Error Codes».
    package var rejectsValues: Bool {
        guard case .server(let state, _, _) = self else { return false }
        return ["22", "23", "54"].contains(state.prefix(2))
    }

    /// The refusal for the client.
    package var refusal: Refusal { isTransient ? .unavailable(retryAfterSeconds: 1) : .failed }

    /// Returns whether the message may quote data: classes 22 and 23 do.
    private static func messageMayHoldValues(_ state: String) -> Bool { ["22", "23"].contains(state.prefix(2)) }
}
