package import Stripe

extension StripeClient {
    /// Returns all elements of a list, page by page.
    ///
    /// Source: <https://docs.stripe.com/api/pagination>
    ///
    /// - Parameters:
    ///   - known: its first elements, which are not asked for again.
    ///   - id: the element's ID, after which the next page starts.
    ///   - request: the request for the page after an element; `nil` for the first page.
    package func all<Element>(
        after known: [Element] = [], _ id: KeyPath<Element, StripeID>,
        _ request: (StripeID?) -> StripeRequest<Page<Element>>
    ) async throws(StripeCallFault) -> [Element] {
        var elements = known
        var page: Page<Element>
        repeat {
            page = try await send(request(elements.last?[keyPath: id]))
            elements += page.elements
        } while page.hasMore && !page.elements.isEmpty
        return elements
    }
}
