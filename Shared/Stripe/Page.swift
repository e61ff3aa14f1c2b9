/// One page of a list, newest first.
///
/// Source: <https://docs.stripe.com/api/pagination>
package struct Page<Element: Decodable & Sendable>: Sendable, Decodable {
    /// The objects of this page.
    package let elements: [Element]
    /// Whether to ask again, starting after the last element's ID.
    package let hasMore: Bool

    /// Takes the parts as they are.
    package init(elements: [Element], hasMore: Bool) {
        self.elements = elements
        self.hasMore = hasMore
    }

    private enum CodingKeys: String, CodingKey {
        case elements = "data"
        case hasMore = "has_more"
    }
}
