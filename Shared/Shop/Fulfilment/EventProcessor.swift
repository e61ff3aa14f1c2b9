package import Catalog
package import EventLoop
import JSON
package import Kernel
package import Licensing
package import Log
package import OrderMails
import Orders
import Outbox
package import Postgres
package import Stripe
package import StripeClient

/// The effect of an event.
package enum EventEffect: Equatable, Sendable {
    /// An order was created or changed.
    case changed(OrderID)
    /// It was known already, or is stored until its sale arrives.
    case kept
    /// It is irrelevant to this shop.
    case unused
    /// Our rules refuse it for good, so it waits for a person, as this entry of the ledger; news if it was not parked
    /// before.
    case parked(String, isNews: Bool)
}

/// Processes Stripe's events, whether delivered, fetched, or replayed from the ledger.
@Loop
package struct EventProcessor {
    let pool: Pool
    let fulfilment: Fulfilment
    private let mails: MailService
    let stripe: StripeClient
    private let isLive: Bool
    private let settlement: PaymentSettlement
    let log: Log
    let clock: WallClock

    /// Creates a processor.
    ///
    /// - Parameters:
    ///   - mails: sends the mails that an event calls for; the caller's client waits, so attempts should be short.
    ///   - isLive: whether events are of live mode, as our key is.
    ///   - actor: the audit log's name for the caller, such as `function:webhook`.
    package init(
        pool: Pool, catalog: CatalogCache, stripe: StripeClient, keys: KeyRing, mails: MailService, isLive: Bool,
        actor: String, log: Log, clock: WallClock = .system
    ) {
        self.pool = pool
        self.mails = mails
        fulfilment = Fulfilment(
            pool: pool, catalog: catalog, stripe: stripe, keys: keys, mails: mails, actor: actor, log: log,
            clock: clock)
        self.stripe = stripe
        self.isLive = isLive
        settlement = PaymentSettlement(actor: actor, log: log)
        self.log = log
        self.clock = clock
    }

    /// Applies the event once; its effects and the mails it calls for are committed when this returns.
    ///
    /// What our rules refuse for good is parked, with an alert.
    ///
    /// - Throws: the reason for failure, which may pass by itself and which the ledger keeps together with the event.
    @discardableResult
    package func process(_ event: Event, _ entry: LedgerEntry) async throws(FulfilmentFault) -> EventEffect {
        do throws(FulfilmentFault) { return try await handle(event, entry) } catch {
            guard error.mayBeRace else { return try await settle(error, of: entry, about: event.subject) }
        }
        do throws(FulfilmentFault) { return try await handle(event, entry) } catch {
            return try await settle(error, of: entry, about: event.subject)
        }
    }

    func handle(_ event: Event, _ entry: LedgerEntry) async throws(FulfilmentFault) -> EventEffect {
        guard event.isLive == isLive else { return try await ignore(entry, "test and live mode do not match") }
        do throws(FulfilmentFault) {
            if event.isOfConnectedAccount, case .known = event.kind { throw event.connectedAccountFault }
            if let (session, update) = event.checkoutUpdate() { return try await sell(session, update, entry) }
            if let (payment, update) = try event.paymentUpdate() {
                return try await apply(update, to: payment, entry)
            }
            switch event.object {
            case .earlyFraudWarning(let warning): return try await warn(warning, entry)
            case .paymentIntent(let payment): return try await noteFailure(payment, event, entry)
            default: return try await ignore(entry, "not used")
            }
        } catch .notOurs(let reason) {
            return try await ignore(entry, reason)
        }
    }

    func apply(
        _ update: PaymentUpdate, to reference: PaymentReference, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        let payment = try await payment(reference).text
        let now = clock.now()
        let (record, settle) = settlement.statements(
            update, in: reference.currency, of: payment, from: entry, mailLeasedUntil: now + EmailSender.lease, at: now)
        let (_, isComparable, outcome) = try await mapError(
            FulfilmentFault.database, await pool.run(PaymentStatements.lock(payment), record, settle))
        guard isComparable else { throw .otherCurrency }
        settlement.report(outcome, of: entry)
        guard let outcome else { return .kept }
        await mails.send(outcome.mails)
        return .changed(outcome.order)
    }

    private func warn(
        _ warning: EarlyFraudWarning, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        let payment = try await payment(PaymentReference(warning.paymentIntent, charge: warning.charge))
        let (order, isNews) = try await mapError(
            FulfilmentFault.database,
            await pool.run(PaymentEventStatements.noteWarning(payment: payment.text, from: entry)))
        guard isNews else { return .kept }
        log(
            .error, "an early fraud warning: refund the order before a dispute follows, or keep watch",
            entry.logFields + [("order", order.map { .id($0) } ?? .null)])
        return .kept
    }

    private func noteFailure(
        _ payment: PaymentIntent, _ event: Event, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        guard case .known(.paymentIntentFailed) = event.kind else { return try await ignore(entry, "not used") }
        guard let order = SaleMetadata(payment)?.order else { throw .notOurs("a payment of another program") }
        let code = payment.lastErrorCode ?? "unknown"
        _ = try await mapError(
            FulfilmentFault.database,
            await pool.run(PaymentEventStatements.noteFailure(code, order: order, at: event.created, from: entry)))
        log(
            .info, "event handled",
            entry.logFields + [("order", .id(order)), ("failure", .string(code))])
        return .kept
    }

    /// Returns the payment's ID: the one in the event, else the one in its charge.
    private func payment(_ reference: PaymentReference) async throws(FulfilmentFault) -> StripeID {
        if let payment = reference.payment { return payment }
        guard let id = reference.charge else { throw .notOurs("neither a payment nor a charge is named") }
        let charge = try await mapError(FulfilmentFault.stripe, await stripe.send(.charge(id)))
        guard let payment = charge.paymentIntent else { throw .notOurs("a charge without a payment") }
        return payment
    }

    private func ignore(
        _ entry: LedgerEntry, _ reason: String
    ) async throws(FulfilmentFault) -> EventEffect {
        _ = try await mapError(
            FulfilmentFault.database, await pool.run(LedgerStatements.ignore(entry, why: reason)))
        log(.info, "event not used", entry.logFields + [("reason", .string(reason))])
        return .unused
    }
}

extension LedgerEntry {
    /// Creates the ledger's entry for `event`, delivered as `payload`.
    package init(_ event: Event, payload: String, receivedAt: Instant) {
        self.init(
            event: event.id.text, type: event.kind.text, apiVersion: event.apiVersion, createdAt: event.created,
            receivedAt: receivedAt, payload: payload, source: .delivered)
    }

    /// Creates the ledger's entry for an event fetched from Stripe's API.
    package init(_ document: EventDocument, at now: Instant) {
        self.init(
            event: document.id.text, type: document.envelope.kind, apiVersion: document.envelope.apiVersion,
            createdAt: document.envelope.created ?? now, receivedAt: now, payload: document.text, source: .fetched)
    }
}

extension FulfilmentOutcome {
    /// What a log line tells of the outcome.
    var logFields: [(String, JSONValue)] {
        [
            ("order", order.map { .id($0) } ?? .null),
            ("status", status.map { .own($0.rawValue) } ?? "known already"),
        ]
    }
}
