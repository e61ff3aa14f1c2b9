import Catalog
import EventLoop
import Kernel
import Orders
import Stripe
import StripeClient

/// Reads what a session sells: from the metadata of our checkout if what was paid fits it, else from its line items.
@Loop
struct SessionReader {
    private let catalog: CatalogCache
    private let stripe: StripeClient

    /// Creates a reader.
    init(catalog: CatalogCache, stripe: StripeClient) { (self.catalog, self.stripe) = (catalog, stripe) }

    /// Returns the lines of `session`, with the order that it names and the catalog that they are from.
    ///
    /// - Throws: `notOurs` if the catalog knows nothing of it.
    func callAsFunction(
        _ session: CheckoutSession
    ) async throws(FulfilmentFault) -> (lines: SessionLines, order: OrderID?, catalog: Catalog) {
        if case .known(let mode)? = session.mode, mode != .payment { throw .notOurs("mode \(mode.rawValue)") }
        guard let total = session.total else { throw .misconfigured("a sale without an amount") }
        guard let ours = SaleMetadata(session) else {
            let (lines, known) = try await itemized(session, total)
            return (lines, nil, known)
        }
        let (lines, known) = try await ordered(ours, session, total)
        return (lines, ours.order, known)
    }

    /// Returns the lines of a session of our checkout.
    private func ordered(
        _ ours: SaleMetadata, _ session: CheckoutSession, _ total: Money
    ) async throws(FulfilmentFault) -> (SessionLines, Catalog) {
        let known = try await currentCatalog { $0.product(slug: ours.product) != nil }
        guard let product = known.product(slug: ours.product) else { return try await itemized(session, total) }
        guard ours.quantity <= SessionLines.unitLimit else {
            throw .misconfigured("a sale of \(ours.quantity) units")
        }
        var lines = SessionLines(product, quantity: ours.quantity, session, total: total)
        let paid = Money(minorUnits: session.subtotal ?? total.minorUnits, currency: total.currency)
        guard let ordered = ours.ordered ?? product.price?.times(ours.quantity), ordered != paid else {
            return (lines, known)
        }
        // Something else was paid than ordered. What it was, the items say; if Stripe does not know the session, what
        // was ordered is sold.
        var catalog = known
        do throws(FulfilmentFault) {
            (lines, catalog) = try await itemized(session, total)
        } catch {
            guard error.isFinal else { throw error }
        }
        lines.note(.otherPrice(ordered: ordered, paid: paid))
        return (lines, catalog)
    }

    private func itemized(
        _ session: CheckoutSession, _ total: Money
    ) async throws(FulfilmentFault) -> (SessionLines, Catalog) {
        let items = try await items(of: session)
        let known = try await currentCatalog { known in items.allSatisfy { known.product($0) != nil } }
        guard items.contains(where: { known.product($0) != nil }) else {
            throw .notOurs("no item of it is in the catalog")
        }
        let lines = try SessionLines(items, session, total: total, known)
        guard lines.units <= SessionLines.unitLimit else { throw .misconfigured("a sale of \(lines.units) units") }
        return (lines, known)
    }

    /// Returns all items of the session, asking Stripe for those that the session does not contain.
    private func items(of session: CheckoutSession) async throws(FulfilmentFault) -> [LineItem] {
        var known = session.lineItems
        if known == nil {
            known = try await mapError(
                FulfilmentFault.stripe, await stripe.send(StripeRequest<CheckoutSession>.session(session.id)).lineItems)
        }
        guard let known else { throw .misconfigured("a session whose items Stripe does not tell") }
        var items = known.items
        if known.hasMore {
            items = try await mapError(
                FulfilmentFault.stripe,
                await stripe.all(after: items, \.id) { .lineItems(of: session.id, startingAfter: $0) })
        }
        return items
    }

    private func currentCatalog(_ isComplete: (Catalog) -> Bool) async throws(FulfilmentFault) -> Catalog {
        do { return try await catalog.catalog(isComplete) } catch { throw .database(error) }
    }
}

extension Catalog {
    /// Returns the product that an item is of.
    func product(_ item: LineItem) -> Product? { item.price.flatMap { product(stripePrice: $0.text) } }
}
