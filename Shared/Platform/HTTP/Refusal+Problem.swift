package import Kernel

extension Refusal {
    /// The problem for the client; nothing else about a refusal leaves the process.
    package var problem: Problem {
        switch self {
        case .malformed(let field, let reason):
            Problem(
                slug: "malformed", title: "The request cannot be understood", status: 400, detail: reason, field: field)
        case .unauthenticated(let reason):
            Problem(slug: "unauthenticated", title: "The credential does not hold", status: 401, detail: reason)
        case .forbidden(let reason):
            Problem(slug: "forbidden", title: "Not allowed", status: 403, detail: reason)
        case .notFound:
            Problem(slug: "not-found", title: "Not found", status: 404, detail: "There is nothing at this address.")
        case .gone(let reason):
            Problem(slug: "gone", title: "No longer available", status: 410, detail: reason)
        case .methodNotAllowed(let allow):
            Problem(slug: "method-not-allowed", title: "Method not allowed", status: 405, detail: "Use \(allow).")
        case .conflict(let reason):
            Problem(slug: "conflict", title: "Conflict", status: 409, detail: reason)
        case .tooLarge:
            Problem(slug: "too-large", title: "Too large", status: 413, detail: "The body is longer than the limit.")
        case .unsupportedMediaType:
            Problem(
                slug: "unsupported-media-type", title: "Unsupported media type", status: 415,
                detail: "Send application/x-www-form-urlencoded or application/json.")
        case .tooManyRequests:
            Problem(slug: "too-many-requests", title: "Too many requests", status: 429, detail: "Wait, then try again.")
        case .failed:
            Problem(
                slug: "internal", title: "Internal error", status: 500,
                detail: "The fault is ours and has been recorded.")
        case .badGateway:
            Problem(
                slug: "bad-gateway", title: "A service we rely on refused", status: 502,
                detail: "Nothing was charged. The fault has been recorded.")
        case .unavailable:
            Problem(
                slug: "unavailable", title: "Temporarily unavailable", status: 503,
                detail: "Nothing was changed. Try again in a moment.")
        }
    }

    /// The response for a program: the problem document and its header fields.
    package var response: Response {
        var response = problem.response
        for line in fields.lines { response.fields.append(line.name, line.value) }
        return response
    }

    /// The header fields that a refusal needs in any format: `Allow`, `Retry-After`, the rate limits'.
    package var fields: Fields {
        switch self {
        case .methodNotAllowed(let allow): ["Allow": allow]
        case .unavailable(let seconds): ["Retry-After": String(seconds)]
        case .tooManyRequests(let verdict): verdict.refusalFields
        default: [:]
        }
    }
}
