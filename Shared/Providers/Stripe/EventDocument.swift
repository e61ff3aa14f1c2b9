package import JSON
package import Kernel

/// An event as the API returned it, to be stored and parsed like a delivered one.
package struct EventDocument: Equatable, Sendable {
    /// Stripe's ID.
    package let id: StripeID
    /// What is known of the event without its object.
    package let envelope: EventEnvelope
    /// The complete event as JSON, without blanks.
    package let text: String
}

extension EventDocument: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        envelope = EventEnvelope(node)
        text = node.json
    }
}

/// An event's own members, without its object: what can be read of them, whatever the others are.
package struct EventEnvelope: Equatable, Sendable {
    /// Stripe's ID; `nil` if it is none.
    package let id: StripeID?
    /// Stripe's name for the event's type; empty if it has none.
    package let kind: String
    /// When it occurred, if that is a time that can be.
    package let created: Instant?
    /// The API version it is rendered in.
    package let apiVersion: String?

    /// Reads the members of an event; `nil` if `text` is not JSON, or is an object that does not say what it is.
    package init?(_ text: String) {
        guard let node = try? JSONNode(Array(text.utf8)), node["object"]?.string != nil else { return nil }
        self.init(node)
    }

    init(_ node: JSONNode) {
        id = node["id"]?.string.flatMap { StripeID($0) }
        kind = node["type"]?.string ?? ""
        created = (try? node.instant("created")) ?? nil
        apiVersion = node["api_version"]?.string
    }
}
