package import HTTP
internal import JSON
internal import Kernel

/// Why a call of Stripe's API did not give what it was made for.
///
/// Stripe's message texts are left behind: they may hold a part of a key or of what the buyer typed.
package enum StripeFault: Error, Equatable, Sendable {
    /// What every answer tells besides its content.
    package struct Context: Equatable, Sendable {
        /// The answer's status code.
        package let status: Int
        /// Stripe's name for the request, by which its support finds it.
        package let requestID: String?
        /// Whether and when to try again.
        package let advice: RetryAdvice
    }

    /// The same call may succeed later: a conflict, too many calls, or a fault of Stripe's.
    case retryable(code: String?, Context)
    /// The call is wrong, or the card was declined; trying again changes nothing.
    case refused(code: String?, parameter: String?, declineCode: String?, Context)
    /// The key is wrong or lacks the right.
    case authentication(code: String?, Context)
    /// The answer is not what the API promises.
    case malformedAnswer(field: String, Context)

    /// Where the call stands with Stripe.
    package var context: Context {
        switch self {
        case .retryable(_, let context), .refused(_, _, _, let context), .authentication(_, let context),
            .malformedAnswer(_, let context):
            context
        }
    }

    /// Whether and when to try again.
    package var advice: RetryAdvice { context.advice }

    /// Sorts an answer that is not a success.
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
    /// Reads the header fields of an answer.
    package init(_ response: Response) {
        status = response.status
        requestID = response.fields["Request-Id"].map(printable)
        advice = RetryAdvice(response)
    }
}

extension StripeFault: CustomStringConvertible {
    /// One line for the log: words for programs alone, cut to what such words are made of.
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

/// At most 80 letters, digits and a few marks; whatever else arrived becomes a question mark.
private func printable(_ text: String) -> String {
    let bytes = text.utf8.prefix(80).map { byte in
        byte.isASCIIAlphanumeric || "_-.[]".utf8.contains(byte) ? byte : UInt8(ascii: "?")
    }
    return String(decoding: bytes, as: UTF8.self)
}
