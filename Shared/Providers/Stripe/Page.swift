package import JSON

/// One page of a list, newest first.
///
/// Source: <https://docs.stripe.com/api/pagination>
package struct Page<Element: JSONReadable & Sendable>: Sendable, JSONReadable {
    /// The objects on this page.
    package let elements: [Element]
    /// Whether there is another page, starting after the last element's ID.
    package let hasMore: Bool

    /// Creates a page.
    package init(elements: [Element], hasMore: Bool) {
        self.elements = elements
        self.hasMore = hasMore
    }

    package init(json node: JSONNode) throws(MalformedDocument) {
        elements = try node.required("data")
        hasMore = try node.required("has_more")
    }
}
