package import Catalog
import DomainNames
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
    /// Our rules refuse what it says: a word is not known, or it contradicts itself, the catalog or what we know.
    case misconfigured(String)
    /// The license secrets or the catalog cannot make a key; it succeeds once a person has corrected them.
    case keys(KeyFault)
    /// A paid session on our account sells nothing: nothing of it is this shop's, or our rules refuse it.
    case unsold(Money?, String)

    package var description: String {
        switch self {
        case .notOurs(let reason): "not a sale of this shop: \(reason)"
        case .database(let fault): fault.description
        case .stripe(let fault): fault.description
        case .misconfigured(let reason): reason
        case .keys(let fault): fault.description
        case .unsold(let total, let reason):
            "\(total?.formatted ?? "an amount") paid and nothing sold: \(reason)"
        }
    }

    /// The refusal for the client.
    package var refusal: Refusal {
        switch self {
        case .notOurs, .misconfigured, .keys, .unsold: .failed
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
    let pool: Pool
    private let reader: SessionReader
    private let keys: KeyRing
    private let mails: MailService
    private let actor: String
    let log: Log
    private let clock: WallClock

    /// Creates the use case; `actor` is the audit log's name for the caller, such as `function:webhook`.
    package init(
        pool: Pool, catalog: CatalogCache, stripe: StripeClient, keys: KeyRing, mails: MailService, actor: String,
        log: Log, clock: WallClock = .system
    ) {
        self.pool = pool
        reader = SessionReader(catalog: catalog, stripe: stripe)
        self.keys = keys
        self.mails = mails
        self.actor = actor
        self.log = log
        self.clock = clock
    }

    /// Applies the update once, and sends the receipt if this call made the sale.
    ///
    /// The mail is tried once here, after the sale is committed; its failure does not affect the sale. While the outbox
    /// is held it waits, unless it may probe.
    @discardableResult
    package func apply(
        _ session: CheckoutSession, _ update: CheckoutUpdate, from entry: LedgerEntry
    ) async throws(FulfilmentFault) -> FulfilmentOutcome {
        let (lines, order, known) = try await reader(session)
        let now = clock.now()
        let ids = DeterministicIDs(session: session.id, createdAt: session.created ?? now)
        let sale = sale(session, update, lines, of: order, ids, paidAt: min(now, entry.latestPayment))
        let entitlement = try entitlement(sale, known, ids, at: now)
        let outcome = try await mapError(
            FulfilmentFault.database,
            await pool.run(
                FulfilmentStatements.lock(sale),
                FulfilmentStatements.apply(
                    sale, of: known.shop.id, entitlement, from: entry, mailLeasedUntil: now + EmailSender.lease,
                    by: actor, at: now)
            ).1)
        report(outcome, sale, lines, known)
        if outcome.hasForeignFacts { await parkForeignFacts(of: sale) }
        if outcome.isOutboxHeld || outcome.status == .partiallyRefunded {
            // What went back before the sale arrived is known to the database alone.
            await mails.send(outcome.hasMail ? [entitlement.email] : [])
        } else if let recipient = outcome.recipient, let order = outcome.order, let status = outcome.status {
            let email = receipt(order, outcome.number, status, sale, entitlement, to: recipient, at: now)
            await mails.sender.send(email.job, mails.orders.render(email, known))
        }
        return outcome
    }

    /// Returns whether the session sells something of this shop.
    func sells(_ session: CheckoutSession) async throws(FulfilmentFault) -> Bool {
        do throws(FulfilmentFault) {
            _ = try await reader(session)
            return true
        } catch .notOurs { return false }
    }

    private func report(_ outcome: FulfilmentOutcome, _ sale: Sale, _ lines: SessionLines, _ catalog: Catalog) {
        guard sale.update.target == .paid, let order = outcome.order, let status = outcome.status else { return }
        let products = sale.lines.map { $0.product.flatMap { catalog.product($0)?.slug } ?? "unknown" }
        let fields: [(String, JSONValue)] = [
            ("order", .id(order)), ("product", .string(products.joined(separator: ","))),
            ("quantity", .integer(Int64(sale.lines.reduce(0) { $0 + $1.quantity }))),
            ("amount", .integer(sale.total.minorUnits)), ("currency", .string(sale.total.currency.code)),
            ("status", .string(status.rawValue)), ("live", .bool(sale.isLive)),
        ]
        log(.info, "sale made", fields)
        for difference in lines.differences { report(difference, fields) }
    }

    private func report(_ difference: SaleDifference, _ fields: [(String, JSONValue)]) {
        switch difference {
        case .unknownItem(let amount):
            log(
                .error, "a paid session holds what the catalog does not know",
                fields + [("unknown_amount", .integer(amount))])
        case .itemsDoNotAddUp(let items, let paid):
            log(
                .error, "the items of a paid session do not add up to what was paid",
                fields + [("items", .string(items.formatted)), ("paid", .string(paid.formatted))])
        case .otherPrice(let ordered, let paid):
            log(
                .error, "the amount paid is not the order's",
                fields + [("ordered", .string(ordered.formatted)), ("paid", .string(paid.formatted))])
        }
    }

    private func sale(
        _ session: CheckoutSession, _ update: CheckoutUpdate, _ lines: SessionLines, of order: OrderID?,
        _ ids: DeterministicIDs, paidAt: Instant
    ) -> Sale {
        let email = session.email.flatMap { EmailAddress(typed: $0) }
        return Sale(
            order: order ?? ids.order, fallbackOrder: ids.order,
            session: session.id.text, paymentIntent: session.paymentIntent?.text,
            email: email, statedEmail: email == nil ? session.email.map(Self.stated) : nil, name: session.buyerName,
            total: lines.total, presentment: session.presentment, lines: lines.lines, isLive: session.isLive,
            createdAt: ids.createdAt, paidAt: paidAt,
            update: update)
    }

    /// Returns an address that no mail can go to, for the shop's eyes.
    private static func stated(_ text: String) -> String { String(SafeText.singleLine(text).prefix(320)) }

    /// Returns what the sale's lines grant: nothing unless they are paid.
    private func entitlement(
        _ sale: Sale, _ catalog: Catalog, _ ids: DeterministicIDs, at now: Instant
    ) throws(FulfilmentFault) -> Entitlement {
        let version = keys.version(at: sale.createdAt)
        var entitlement = Entitlement(keyVersion: version, email: ids.email(sale.update.target))
        guard sale.update.target == .paid else { return entitlement }
        var unit = 0
        for line in sale.lines {
            guard let product = line.product.flatMap({ catalog.product($0) }) else { continue }
            entitlement.grants[line.position] = product.newGrant(at: now)
            let licenses = (unit..<unit + line.quantity).map(ids.license)
            unit += line.quantity
            do throws(KeyFault) {
                // In the order in which everything else lists them.
                for license in licenses.sorted(by: { ($0.uuid.high, $0.uuid.low) < ($1.uuid.high, $1.uuid.low) }) {
                    entitlement.licenses.append(try newLicense(license, line, product, version))
                }
            } catch { throw .keys(error) }
        }
        return entitlement
    }

    private func newLicense(
        _ id: LicenseID, _ line: SaleLine, _ product: Product, _ version: Int
    ) throws(KeyFault) -> NewLicense {
        guard let prefix = product.keyPrefix else {
            return NewLicense(id: id, line: line.position, prefix: nil, keyHash: nil, keyLastFour: nil)
        }
        let key = try keys.key(of: KeyOrigin(license: id, prefix: prefix, version: version, reissues: 0))
        return NewLicense(
            id: id, line: line.position, prefix: prefix, keyHash: keys.hash(key), keyLastFour: key.lastFour)
    }

    private func receipt(
        _ order: OrderID, _ number: OrderNumber?, _ status: OrderStatus, _ sale: Sale, _ entitlement: Entitlement,
        to recipient: EmailAddress,
        at now: Instant
    ) -> OrderEmail {
        let purchase = Purchase(
            order: order, number: number, status: status, orderedAt: sale.createdAt,
            total: BuyerAmount(sale.total, presentment: sale.presentment),
            refunded: BuyerAmount(Money(minorUnits: 0, currency: sale.total.currency)),
            lines: sale.lines.map { Purchase.Line($0, entitlement, currency: sale.total.currency) })
        let job = EmailJob(
            id: entitlement.email, kind: OrderMailKind.receipt.kind, recipient: recipient, attempt: 1,
            createdAt: now)
        return OrderEmail(
            job: job, recipient: recipient, purchases: [(purchase, entitlement.grants)])
    }
}

extension CheckoutSession {
    /// The name that the buyer typed, without NUL characters, which Postgres's text type cannot hold: a sale must not
    /// fail because of one.
    fileprivate var buyerName: String? { customerDetails?.name.map { String($0.unicodeScalars.filter { $0 != "\0" }) } }
}

extension Purchase.Line {
    /// Creates the line of a sale that was just made.
    fileprivate init(_ line: SaleLine, _ entitlement: Entitlement, currency: Currency) {
        let licenses = entitlement.licenses.filter { $0.line == line.position }
        self.init(
            position: line.position, product: line.product, description: line.description, quantity: line.quantity,
            amounts: LineAmounts(
                unit: line.unitAmount, discount: line.discount, tax: line.tax, total: line.total, refunded: 0,
                currency: currency),
            activeLicenses: licenses.count, keys: licenses.compactMap { $0.origin(version: entitlement.keyVersion) })
    }
}
