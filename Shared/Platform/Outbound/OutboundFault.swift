/// Why a call has no answer.
///
/// What it prints holds nothing of the call, so it may be logged as it is.
package enum OutboundFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What can be known about the request when it got no answer.
    package enum Progress: Equatable, Sendable {
        /// No byte of it was sent, so the server did nothing.
        case notSent
        /// The server may have acted on it.
        case maybeSent
    }

    /// No name, no route, or nobody listening.
    case couldNotConnect
    /// No safe connection: the certificate, the host's name in it, or the handshake.
    case tls
    /// A deadline passed.
    case timedOut(Progress)
    /// The task was cancelled.
    case cancelled(Progress)
    /// The connection or the answer broke after the request was begun.
    case brokenAnswer
    /// The answer is longer than the call allows.
    case answerTooLarge
    /// The call is one that this client does not make; nothing was sent.
    case refusedByPolicy

    /// Whether the server may have acted on the request.
    ///
    /// A call that changes something may be repeated when this is false, else only with an idempotency key.
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
