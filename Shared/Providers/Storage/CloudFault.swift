package import HTTP
internal import Kernel

/// Why a call of Google's did not give what it was made for.
///
/// Google's message texts are left behind: they are for nobody but the seller's console.
package enum CloudFault: Error, Equatable, Sendable {
    /// The same call may succeed later: too many calls, or a fault of Google's.
    case retryable(status: Int, wait: Duration?)
    /// The access token is wrong or over.
    case unauthenticated
    /// Whoever holds the token lacks the right, or the API is switched off.
    case forbidden(reason: String?)
    /// There is no such thing, or no longer.
    case notFound
    /// A precondition does not hold, such as that there be no object of this name.
    case preconditionFailed
    /// The call is wrong; trying again changes nothing.
    case refused(status: Int, reason: String?)
    /// The answer is not what the API promises.
    case malformedAnswer(field: String)

    /// Sorts an answer that is not a success.
    ///
    /// Source: <https://cloud.google.com/storage/docs/retry-strategy#retryable>,
    /// <https://cloud.google.com/storage/docs/json_api/v1/status-codes>
    package init(_ response: Response) {
        switch response.status {
        case 401: self = .unauthenticated
        case 403: self = .forbidden(reason: failureWord(response.body))
        case 404, 410: self = .notFound
        case 408, 429, 500...: self = .retryable(status: response.status, wait: RetryAdvice.wait(response.fields))
        case 412: self = .preconditionFailed
        case 400..<500: self = .refused(status: response.status, reason: failureWord(response.body))
        default: self = .malformedAnswer(field: "status")
        }
    }

    /// Whether and when to try again.
    package var advice: RetryAdvice {
        switch self {
        case .retryable(_, let wait): RetryAdvice(isWorthwhile: true, wait: wait)
        case .unauthenticated, .forbidden, .notFound, .preconditionFailed, .refused, .malformedAnswer:
            RetryAdvice(isWorthwhile: false, wait: nil)
        }
    }
}

extension CloudFault: CustomStringConvertible {
    /// One line for the log: statuses and words for programs alone.
    package var description: String {
        switch self {
        case .retryable(let status, _): "status=\(status)"
        case .unauthenticated: "status=401"
        case .forbidden(let reason): "status=403" + (reason.map { " reason=\($0)" } ?? "")
        case .notFound: "status=404"
        case .preconditionFailed: "status=412"
        case .refused(let status, let reason): "status=\(status)" + (reason.map { " reason=\($0)" } ?? "")
        case .malformedAnswer(let field): "malformed answer, field=\(field)"
        }
    }
}
