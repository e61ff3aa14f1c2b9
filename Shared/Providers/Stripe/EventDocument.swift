package import JSON
package import Kernel

/// An event in the words in which Stripe's API told it, to be kept and read as a delivered one is.
///
/// A list of these survives an event among them that we cannot read.
package struct EventDocument: Equatable, Sendable {
    /// Stripe's ID of it.
    package let id: StripeID
    /// Stripe's word for what happened.
    package let kind: String
    /// When it happened.
    package let created: Instant
    /// The version of Stripe's API that it is written in.
    package let apiVersion: String?
    /// The whole of it as JSON, without blanks.
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
