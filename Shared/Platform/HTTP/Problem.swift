package import JSON
import Kernel

/// A problem document as in RFC 9457 («Problem Details for HTTP APIs»).
package struct Problem: Equatable, Sendable {
    /// The last part of the `type` URI, `urn:latchkey:problem:<slug>`; stable.
    package let slug: String
    /// The kind of problem, the same for every occurrence.
    package let title: String
    /// The response's status code.
    package let status: Int
    /// What to do about this occurrence; never contains a received value.
    package let detail: String
    /// The invalid field of the request, if any.
    package let field: String?

    /// Creates a problem.
    package init(slug: String, title: String, status: Int, detail: String, field: String? = nil) {
        self.slug = slug
        self.title = title
        self.status = status
        self.detail = detail
        self.field = field
    }

    /// The JSON document.
    package var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("type", .string("urn:latchkey:problem:\(slug)")), ("title", .string(title)),
            ("status", .integer(Int64(status))), ("detail", .string(detail)),
        ]
        if let field { members.append(("field", .string(field))) }
        return .object(members)
    }

    /// The problem as a response.
    package var response: Response {
        Response(
            status: status,
            fields: [
                "Content-Type": "application/problem+json", "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            ],
            body: json.utf8)
    }
}
