package import HTTP
internal import Kernel

/// Why a Google API call failed.
///
/// Google's messages are dropped; they are only for the seller's console.
package enum CloudFault: Error, Equatable, Sendable {
    /// The same call may succeed later: a rate limit, or a fault at Google.
    case retryable(status: Int, wait: Duration?)
    /// The access token is invalid or expired.
    case unauthenticated
    /// The token's owner lacks a permission, or the API is disabled.
    case forbidden(reason: String?)
    /// The resource does not exist, or no longer.
    case notFound
    /// A precondition failed, for example that no object of this name exists.
    case preconditionFailed
    /// The call is invalid; a retry changes nothing.
    case refused(status: Int, reason: String?)
    /// The response does not have the documented form.
    case malformedAnswer(field: String)

    /// Classifies a response that is not a success.
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

    /// Whether and when to retry.
    package var advice: RetryAdvice {
        switch self {
        case .retryable(_, let wait): RetryAdvice(isWorthwhile: true, wait: wait)
        case .unauthenticated, .forbidden, .notFound, .preconditionFailed, .refused, .malformedAnswer:
            RetryAdvice(isWorthwhile: false, wait: nil)
        }
    }
}

extension CloudFault: CustomStringConvertible {
    /// One line for the log: status and machine-readable codes only.
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
