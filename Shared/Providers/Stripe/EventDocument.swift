package import JSON
package import Kernel

/// An event as the API returned it, to be stored and parsed like a delivered one.
///
/// A list of these can be read even if one of its events cannot be parsed.
package struct EventDocument: Equatable, Sendable {
    /// Stripe's ID.
    package let id: StripeID
    /// Stripe's name for the event's type.
    package let kind: String
    /// When it occurred.
    package let created: Instant
    /// The API version it is rendered in.
    package let apiVersion: String?
    /// The complete event as JSON, without blanks.
    package let text: String
}

extension EventDocument: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        kind = try node.required("type")
        created = Instant(unixSeconds: try node.required("created"))
        apiVersion = try node.optional("api_version")
        text = node.json
    }
}
