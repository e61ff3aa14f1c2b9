package import HTTP
internal import JSON
internal import Kernel

/// Why a Stripe API call failed.
///
/// Stripe's messages are dropped: they may contain part of a key or of the buyer's input.
package enum StripeFault: Error, Equatable, Sendable {
    /// What every response carries besides its body.
    package struct Context: Equatable, Sendable {
        /// The status code.
        package let status: Int
        /// Stripe's request ID, for its support.
        package let requestID: String?
        /// Whether and when to retry.
        package let advice: RetryAdvice
    }

    /// The same call may succeed later: a conflict, a rate limit, or a fault at Stripe.
    case retryable(code: String?, Context)
    /// The call is invalid, or the card was declined; a retry changes nothing.
    case refused(code: String?, parameter: String?, declineCode: String?, Context)
    /// The key is invalid or lacks a permission.
    case authentication(code: String?, Context)
    /// The response does not have the documented form.
    case malformedAnswer(field: String, Context)

    /// What the response carried besides its body.
    package var context: Context {
        switch self {
        case .retryable(_, let context), .refused(_, _, _, let context), .authentication(_, let context),
            .malformedAnswer(_, let context):
            context
        }
    }

    /// Whether and when to retry.
    package var advice: RetryAdvice { context.advice }

    /// Classifies a response that is not a success.
    ///
    /// Source: <https://docs.stripe.com/api/errors>
    package init(_ response: Response) {
        let context = Context(response)
        let error = (try? JSONNode(response.body))?["error"]
        switch response.status {
        case 401, 403: self = .authentication(code: error?.word("code"), context)
        case 409, 429, 500...: self = .retryable(code: error?.word("code"), context)
        case 400..<500:
            self = .refused(
                code: error?.word("code") ?? error?.word("type"), parameter: error?.word("param"),
                declineCode: error?.word("decline_code"), context)
        default: self = .malformedAnswer(field: "", context)
        }
    }
}

extension JSONNode {
    fileprivate func word(_ name: StaticString) -> String? { self[name]?.string }
}

extension StripeFault.Context {
    /// Reads the header fields of a response.
    package init(_ response: Response) {
        status = response.status
        requestID = response.fields["Request-Id"].map(printable)
        advice = RetryAdvice(response)
    }
}

extension StripeFault: CustomStringConvertible {
    /// One line for the log: machine-readable codes only, limited to safe characters.
    package var description: String {
        let words: [(String, String?)] =
            switch self {
            case .retryable(let code, _): [("retryable", ""), ("code", code)]
            case .refused(let code, let parameter, let declineCode, _):
                [("refused", ""), ("code", code), ("param", parameter), ("decline_code", declineCode)]
            case .authentication(let code, _): [("authentication", ""), ("code", code)]
            case .malformedAnswer(let field, _): [("malformed answer", ""), ("field", field)]
            }
        let all = words + [("status", String(context.status)), ("request", context.requestID)]
        return all.compactMap { name, value in
            value.map { $0.isEmpty ? name : "\(name)=\(printable($0))" }
        }.joined(separator: " ")
    }
}

/// Returns at most 80 letters, digits and a few marks; any other character becomes a question mark.
private func printable(_ text: String) -> String {
    let bytes = text.utf8.prefix(80).map { byte in
        byte.isASCIIAlphanumeric || "_-.[]".utf8.contains(byte) ? byte : UInt8(ascii: "?")
    }
    return String(decoding: bytes, as: UTF8.self)
}
