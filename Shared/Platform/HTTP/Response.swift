package import JSON
import Kernel

/// What a caller gets back.
///
/// `Date` and `Connection` are the server's to add, and `Content-Length` where it is not given; one that is longer than
/// the body breaks the connection off after it.
package struct Response: Equatable, Sendable {
    /// The status code.
    package var status: Int
    /// The header fields, in order.
    package var fields: Fields
    /// The body; not sent where HTTP allows none.
    package var body: [UInt8]

    /// Takes the parts as they are.
    package init(status: Int, fields: Fields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// An answer to a program.
    package static func json(_ value: JSONValue, status: Int = 200) -> Response {
        Response(
            status: status,
            fields: [
                "Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
            ],
            body: value.utf8)
    }

    /// A page for a person, never stored and never framed.
    package static func page(_ html: String, status: Int = 200) -> Response {
        Response(
            status: status,
            fields: [
                "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
                "Content-Security-Policy": Response.pagePolicy, "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            ],
            body: Array(html.utf8))
    }

    /// A redirect that no cache keeps and whose target learns nothing of where it came from.
    package static func redirect(to location: String, status: Int) -> Response {
        Response(
            status: status,
            fields: ["Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"])
    }

    private static let pagePolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"
}
