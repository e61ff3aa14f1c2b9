internal import HTTP
internal import Kernel

/// Why a message is rejected before it reaches a handler.
enum RequestFault: Error, Equatable {
    case badRequest(String)
    case timedOut
    case bodyTooLarge
    case targetTooLong
    case expectationFailed
    case headerTooLarge
    case methodNotAllowed
    case methodUnknown
    case codingUnknown
    case versionUnsupported
    case overloaded

    /// The problem sent to the client before the connection is closed.
    var problem: Problem {
        switch self {
        case .badRequest(let detail): RequestFault.problem("malformed", "Bad request", 400, detail)
        case .timedOut: RequestFault.problem("timeout", "Request timeout", 408, "The request did not arrive in time.")
        case .bodyTooLarge: Refusal.tooLarge.problem
        case .targetTooLong: RequestFault.problem("uri-too-long", "URI too long", 414, "The address is too long.")
        case .expectationFailed:
            RequestFault.problem("expectation-failed", "Expectation failed", 417, "Only 100-continue is understood.")
        case .headerTooLarge:
            RequestFault.problem("header-too-large", "Header too large", 431, "The header fields are too large.")
        case .methodNotAllowed: Refusal.methodNotAllowed(allow: "GET, HEAD, POST").problem
        case .methodUnknown:
            RequestFault.problem("not-implemented", "Not implemented", 501, "The method is not known here.")
        case .codingUnknown:
            RequestFault.problem("not-implemented", "Not implemented", 501, "The transfer coding is not known here.")
        case .versionUnsupported:
            RequestFault.problem("version", "HTTP version not supported", 505, "Use HTTP/1.1.")
        case .overloaded: Refusal.unavailable(retryAfterSeconds: 1).problem
        }
    }

    /// The complete response.
    var response: Response {
        var response = problem.response
        if self == .methodNotAllowed { response.fields.set("Allow", "GET, HEAD, POST") }
        if self == .overloaded { response.fields.set("Retry-After", "1") }
        return response
    }

    private static func problem(_ slug: String, _ title: String, _ status: Int, _ detail: String) -> Problem {
        Problem(slug: slug, title: title, status: status, detail: detail)
    }
}
