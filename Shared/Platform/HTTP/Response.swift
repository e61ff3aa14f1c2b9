package import JSON
import Kernel

/// A response.
///
/// The server adds `Date` and `Connection`, and `Content-Length` if it is absent. A `Content-Length` longer than the
/// body closes the connection after the body.
package struct Response: Equatable, Sendable {
    /// The status code.
    package var status: Int
    /// The header fields, in order.
    package var fields: Fields
    /// The body; omitted where HTTP allows none.
    package var body: [UInt8]

    /// Creates a response.
    package init(status: Int, fields: Fields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Returns a JSON response.
    package static func json(_ value: JSONValue, status: Int = 200) -> Response {
        Response(
            status: status,
            fields: [
                "Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
            ],
            body: value.utf8)
    }

    /// Returns an HTML page that must not be stored or framed.
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

    /// Returns a redirect that is not cached and sends no referrer to its target.
    package static func redirect(to location: String, status: Int) -> Response {
        Response(
            status: status,
            fields: ["Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"])
    }

    private static let pagePolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"
}
