package import JSON
package import Kernel

/// An element of a list that is read even if one of its elements cannot be.
package struct Listed<Content: JSONReadable & Sendable>: Sendable {
    /// Stripe's ID.
    package let id: StripeID
    /// When it was created, if that can be read.
    package let created: Instant?
    /// The element, or which of its members is missing or malformed.
    package let content: Result<Content, MalformedDocument>
}

extension Listed: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        created = node["created"]?.integer.map { Instant(unixSeconds: $0) }
        do throws(MalformedDocument) { content = .success(try Content(json: node)) } catch { content = .failure(error) }
    }
}
