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
}

/// Processes Stripe's events, whether delivered, fetched, or replayed from the ledger.
@Loop
package struct EventProcessor {
    private let pool: Pool
    private let fulfilment: Fulfilment
    private let mails: MailService
    private let stripe: StripeClient
    private let isLive: Bool
    private let settlement: PaymentSettlement
    private let log: Log
    private let clock: WallClock

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
    /// - Throws: the reason for failure, which the ledger keeps together with the event.
    @discardableResult
    package func process(_ event: Event, _ entry: LedgerEntry) async throws(FulfilmentFault) -> EventEffect {
        try await recordingFailure(of: entry) { () throws(FulfilmentFault) in try await handle(event, entry) }
    }

    /// Runs `body`; on failure records the reason in the ledger for retry.
    package func recordingFailure<Output>(
        of entry: LedgerEntry, _ body: @Loop () async throws(FulfilmentFault) -> Output
    ) async throws(FulfilmentFault) -> Output {
        do throws(FulfilmentFault) {
            return try await body()
        } catch {
            log(.error, "an event could not be handled", entry.logFields + [("reason", .string(error.description))])
            await recordFailure(entry, error.description)
            throw error
        }
    }

    func handle(_ event: Event, _ entry: LedgerEntry) async throws(FulfilmentFault) -> EventEffect {
        guard event.isLive == isLive else { return try await ignore(entry, "test and live mode do not match") }
        do throws(FulfilmentFault) {
            if let (session, update) = try event.checkoutUpdate() { return try await sell(session, update, entry) }
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

    func sell(
        _ session: CheckoutSession, _ update: CheckoutUpdate, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        let outcome = try await fulfilment.apply(session, update, from: entry)
        log(.info, "event handled", entry.logFields + outcome.logFields)
        outcome.reportMissingAddress(log, entry.logFields + outcome.logFields)
        return outcome.order.map(EventEffect.changed) ?? .kept
    }

    func apply(
        _ update: PaymentUpdate, to reference: PaymentReference, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        let payment = try await payment(reference).text
        let now = clock.now()
        let (record, settle) = settlement.statements(
            update, of: payment, from: entry, mailLeasedUntil: now + EmailSender.lease, at: now)
        let outcome = try await mapError(FulfilmentFault.database, await pool.run(record, settle).1)
        settlement.report(outcome, of: entry)
        guard let outcome else { return .kept }
        await mails.send(outcome.mails)
        return .changed(outcome.order)
    }

    private func warn(
        _ warning: EarlyFraudWarning, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        let payment = try await payment(PaymentReference(payment: warning.paymentIntent, charge: warning.charge))
        let order = try await mapError(
            FulfilmentFault.database,
            await pool.run(PaymentEventStatements.noteWarning(payment: payment.text, from: entry)))
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

    private func recordFailure(_ entry: LedgerEntry, _ reason: String) async {
        do throws(PostgresFault) {
            _ = try await pool.run(LedgerStatements.fail(entry, why: reason))
        } catch {
            log(.error, "a failed event could not be recorded", [("reason", .string(error.description))])
        }
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
            event: document.id.text, type: document.kind, apiVersion: document.apiVersion, createdAt: document.created,
            receivedAt: now, payload: document.text, source: .fetched)
    }
}

extension FulfilmentOutcome {
    fileprivate var logFields: [(String, JSONValue)] {
        [
            ("order", order.map { .id($0) } ?? .null),
            ("status", status.map { .own($0.rawValue) } ?? "known already"),
        ]
    }
}
