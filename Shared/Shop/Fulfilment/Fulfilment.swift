package import Catalog
import Downloads
package import EventLoop
import JSON
package import Kernel
package import Licensing
package import Log
package import OrderMails
package import Orders
import Outbox
package import Postgres
package import Stripe
package import StripeClient

/// Why a checkout update could not be applied to an order.
package enum FulfilmentFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The session is not a sale of this shop's: another product, a subscription.
    case notOurs(String)
    case database(PostgresFault)
    case stripe(StripeCallFault)
    /// The catalog or the secrets are inconsistent.
    case misconfigured(String)

    package var description: String {
        switch self {
        case .notOurs(let reason): "not a sale of this shop: \(reason)"
        case .database(let fault): fault.description
        case .stripe(let fault): fault.description
        case .misconfigured(let reason): reason
        }
    }

    /// The refusal for the client.
    package var refusal: Refusal {
        switch self {
        case .notOurs, .misconfigured: .failed
        case .database(let fault): fault.refusal
        case .stripe(let fault): fault.refusal
        }
    }
}

/// Turns Stripe's state of a session into an order with its licenses, grant and mail.
///
/// This is the one path for every source of a sale: an event, a poll, or the buyer who returns from the payment page.
@Loop
package struct Fulfilment {
    private let pool: Pool
    private let catalog: CatalogCache
    private let stripe: StripeClient
    private let keys: KeyRing
    private let mails: MailService
    private let actor: String
    private let log: Log
    private let clock: WallClock

    /// Creates the use case; `actor` is the audit log's name for the caller, such as `function:webhook`.
    package init(
        pool: Pool, catalog: CatalogCache, stripe: StripeClient, keys: KeyRing, mails: MailService, actor: String,
        log: Log, clock: WallClock = .system
    ) {
        self.pool = pool
        self.catalog = catalog
        self.stripe = stripe
        self.keys = keys
        self.mails = mails
        self.actor = actor
        self.log = log
        self.clock = clock
    }

    /// Applies the update once, and sends the receipt if this call made the sale.
    ///
    /// The mail is tried once here, after the sale is committed; its failure does not affect the sale.
    @discardableResult
    package func apply(
        _ session: CheckoutSession, _ update: CheckoutUpdate, from entry: LedgerEntry
    ) async throws(FulfilmentFault) -> FulfilmentOutcome {
        let (product, quantity, known) = try await purchasedProduct(of: session)
        let now = clock.now()
        let ids = DeterministicIDs(session: session.id, createdAt: session.created ?? now)
        let sale = try sale(session, update, product, quantity, ids, paidAt: min(now, entry.latestPayment))
        let entitlement = try entitlement(product, quantity, update, ids, at: now)
        let outcome = try await mapError(
            FulfilmentFault.database,
            await pool.run(
                FulfilmentStatements.lock(sale),
                FulfilmentStatements.apply(
                    sale, entitlement, from: entry, mailLeasedUntil: now + EmailSender.lease, by: actor, at: now)
            ).1)
        report(outcome, sale, product)
        if let recipient = outcome.recipient, let order = outcome.order, let status = outcome.status {
            let email = receipt(order, status, sale, product, entitlement, to: recipient, at: now)
            await mails.sender.send(email.job, mails.orders.render(email, known))
        }
        return outcome
    }

    private func report(_ outcome: FulfilmentOutcome, _ sale: Sale, _ product: Product) {
        guard sale.update.target == .paid, let order = outcome.order, let status = outcome.status else { return }
        log(
            .info, "sale made",
            [
                ("order", .id(order)), ("product", .string(product.slug)),
                ("quantity", .integer(Int64(sale.quantity))), ("amount", .integer(sale.total.minorUnits)),
                ("currency", .string(sale.total.currency.code)), ("status", .string(status.rawValue)),
                ("live", .bool(sale.isLive)),
            ])
    }

    private func currentCatalog(_ isComplete: (Catalog) -> Bool) async throws(FulfilmentFault) -> Catalog {
        do { return try await catalog.catalog(isComplete) } catch { throw .database(error) }
    }

    /// Returns the product and quantity: from the metadata that our checkout wrote, else from the session's line items.
    private func purchasedProduct(
        of session: CheckoutSession
    ) async throws(FulfilmentFault) -> (Product, Int, Catalog) {
        if case .known(let mode)? = session.mode, mode != .payment { throw .notOurs("mode \(mode.rawValue)") }
        if let ours = SaleMetadata(session) {
            let known = try await currentCatalog { $0.product(slug: ours.product) != nil }
            if let product = known.product(slug: ours.product) { return (product, ours.quantity, known) }
        }
        let items = try await items(of: session)
        let known = try await currentCatalog { known in items.items.allSatisfy { known.product($0) != nil } }
        let (product, quantity) = try Fulfilment.sum(items.items, known)
        guard !items.hasMore else { throw .misconfigured("a session with more items than Stripe tells at once") }
        return (product, quantity, known)
    }

    /// Returns the one product among `items` and its total quantity.
    ///
    /// An order has one product, and a session with two must not be fulfilled in part.
    private static func sum(_ items: [LineItem], _ catalog: Catalog) throws(FulfilmentFault) -> (Product, Int) {
        var sum: (product: Product, quantity: Int)?
        for item in items {
            guard let product = catalog.product(item) else { continue }
            guard sum == nil || sum?.product.id == product.id else {
                throw .misconfigured("a session with more than one product")
            }
            let quantity = min(max(1, item.quantity ?? 1), Int64(unitLimit) + 1)
            sum = (product, (sum?.quantity ?? 0) + Int(quantity))
        }
        guard let sum else { throw .notOurs("no item of it is in the catalog") }
        return sum
    }

    private func items(of session: CheckoutSession) async throws(FulfilmentFault) -> LineItems {
        if let items = session.lineItems { return items }
        let expanded = try await mapError(
            FulfilmentFault.stripe, await stripe.send(StripeRequest<CheckoutSession>.session(session.id)))
        guard let items = expanded.lineItems else {
            throw .misconfigured("a session whose items Stripe does not tell")
        }
        return items
    }

    private func sale(
        _ session: CheckoutSession, _ update: CheckoutUpdate, _ product: Product, _ quantity: Int,
        _ ids: DeterministicIDs, paidAt: Instant
    ) throws(FulfilmentFault) -> Sale {
        guard let total = session.total else { throw .misconfigured("a sale without an amount") }
        return Sale(
            order: SaleMetadata(session)?.order ?? ids.order, fallbackOrder: ids.order,
            session: session.id.text, paymentIntent: session.paymentIntent?.text,
            email: session.email.flatMap { EmailAddress($0) }, name: session.buyerName, total: total,
            product: product.id, quantity: quantity, isLive: session.isLive, createdAt: ids.createdAt,
            paidAt: paidAt, update: update)
    }

    private func entitlement(
        _ product: Product, _ quantity: Int, _ update: CheckoutUpdate, _ ids: DeterministicIDs, at now: Instant
    ) throws(FulfilmentFault) -> Entitlement {
        let count = update.target == .paid ? quantity : 0
        guard count <= Fulfilment.unitLimit else { throw .misconfigured("a sale of \(count) units") }
        var licenses: [NewLicense] = []
        do throws(KeyFault) {
            for origin in origins(product, ids, count) {
                let key = try keys.key(of: origin)
                licenses.append(
                    NewLicense(id: origin.license, keyHash: keys.hash(key), keyLastFour: key.lastFour))
            }
        } catch { throw .misconfigured(error.description) }
        return Entitlement(
            licenses: licenses, keyVersion: keys.currentVersion, grant: product.newGrant(at: now),
            email: ids.email(update.target))
    }

    /// Returns what the keys of a sale's `count` licenses are derived from.
    private func origins(_ product: Product, _ ids: DeterministicIDs, _ count: Int) -> [KeyOrigin] {
        (0..<count).map { unit in
            KeyOrigin(
                license: ids.license(unit), prefix: product.keyPrefix, version: keys.currentVersion, reissues: 0)
        }
    }

    private func receipt(
        _ order: OrderID, _ status: OrderStatus, _ sale: Sale, _ product: Product, _ entitlement: Entitlement,
        to recipient: EmailAddress, at now: Instant
    ) -> OrderEmail {
        let licenses = entitlement.licenses.map {
            KeyOrigin(license: $0.id, prefix: product.keyPrefix, version: entitlement.keyVersion, reissues: 0)
        }
        let purchase = Purchase(
            order: order, status: status, orderedAt: sale.createdAt, total: sale.total,
            refunded: Money(minorUnits: 0, currency: sale.total.currency), product: product.id, licenses: licenses)
        let job = EmailJob(
            id: entitlement.email, kind: OrderMailKind.receipt.kind, recipient: recipient, attempt: 1,
            createdAt: now)
        return OrderEmail(job: job, recipient: recipient, purchases: [(purchase, entitlement.grant)])
    }

    /// The maximum number of units in one sale; more needs a person's attention.
    private static let unitLimit = 10_000
}

extension CheckoutSession {
    /// The name that the buyer typed, without NUL characters, which Postgres's text type cannot hold: a sale must not
    /// fail because of one.
    fileprivate var buyerName: String? { customerDetails?.name.map { String($0.unicodeScalars.filter { $0 != "\0" }) } }
}

extension Catalog {
    /// Returns the product of `item`.
    fileprivate func product(_ item: LineItem) -> Product? { item.price.flatMap { product(stripePrice: $0.text) } }
}
