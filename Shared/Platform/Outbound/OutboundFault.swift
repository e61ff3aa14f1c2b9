/// Why a call has no response.
///
/// Its description contains nothing of the call, so it may be logged.
package enum OutboundFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is known about a request that got no response.
    package enum Progress: Equatable, Sendable {
        /// No byte was sent, so the server did nothing.
        case notSent
        /// The server may have acted on the request.
        case maybeSent
    }

    /// The name did not resolve, the host is unreachable, or the connection was refused.
    case couldNotConnect
    /// No secure connection: the certificate, its host name, or the handshake failed.
    case tls
    /// A deadline passed.
    case timedOut(Progress)
    /// The task was cancelled.
    case cancelled(Progress)
    /// The connection or the response broke after the request was started.
    case brokenAnswer
    /// The response exceeds the call's limit.
    case answerTooLarge
    /// The client's policy forbids the call; nothing was sent.
    case refusedByPolicy

    /// Whether the server may have acted on the request.
    ///
    /// If true, a call that changes something may be retried only with an idempotency key.
    package var mayHaveReachedServer: Bool {
        switch self {
        case .couldNotConnect, .tls, .refusedByPolicy: false
        case .timedOut(let progress), .cancelled(let progress): progress == .maybeSent
        case .brokenAnswer, .answerTooLarge: true
        }
    }

    package var description: String {
        switch self {
        case .couldNotConnect: "could not connect"
        case .tls: "no safe connection"
        case .timedOut(.notSent): "timed out before the request was sent"
        case .timedOut(.maybeSent): "timed out waiting for the answer"
        case .cancelled(.notSent): "cancelled before the request was sent"
        case .cancelled(.maybeSent): "cancelled while waiting for the answer"
        case .brokenAnswer: "the answer broke off or made no sense"
        case .answerTooLarge: "the answer was too large"
        case .refusedByPolicy: "a call that is not allowed"
        }
    }
}
