package import JSON
package import Kernel

/// An element of a list that is read even if one of its elements cannot be.
package struct Listed<Content: JSONReadable & Sendable>: Sendable {
    /// Stripe's ID; `nil` if it is none.
    package let id: StripeID?
    /// When it was created, if that can be read.
    package let created: Instant?
    /// The element, or why it cannot be read.
    package let content: Result<Content, UnreadableElement>
}

/// An element of a list that cannot be read.
package struct UnreadableElement: Error, Equatable, Sendable {
    /// The member that is missing or malformed.
    package let field: String
    /// The element as JSON.
    package let text: String
}

extension Listed: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = node["id"]?.string.flatMap { StripeID($0) }
        created = (try? node.instant("created")) ?? nil
        do throws(MalformedDocument) { content = .success(try Content(json: node)) } catch {
            content = .failure(UnreadableElement(field: error.field, text: node.json))
        }
    }
}
