import EventLoop
import Fulfilment
import Kernel
import Postgres
import Stripe
import StripeClient

/// Processes an event of our own ledger again: an event from its payload, an object from its current state at Stripe.
@Loop
struct LedgerReplay {
    let parts: Reconciliation
    /// Whether to try even if the object's current state is parked: a person asked for it.
    var again = false

    func callAsFunction(_ event: UnhandledEvent) async throws(FulfilmentFault) -> EventEffect {
        switch LedgerSubject(entryID: event.id) {
        case .event(let id) where event.payload == nil:
            // Trimmed from the ledger, but Stripe keeps it for 30 days.
            return try await fetch(StripeRequest.event(id), for: event) { document throws(FulfilmentFault) in
                try await parts.processor.process(event.entry(orElse: document.text))
            }
        case .session(let id):
            return try await fetch(StripeRequest.session(id, withPayment: true), for: event) {
                session throws(FulfilmentFault) in
                try await replace(event) { now throws(FulfilmentFault) in try await process(session, at: now) }
            }
        case .refund(let id):
            return try await fetch(StripeRequest<Refund>.refund(id), for: event) { refund throws(FulfilmentFault) in
                try await replace(event) { now throws(FulfilmentFault) in
                    try await parts.processor.process(refund, seenBy: SeenBy.refund, at: now, again: again)
                }
            }
        case .dispute(let id):
            return try await fetch(StripeRequest.dispute(id), for: event) { dispute throws(FulfilmentFault) in
                try await replace(event) { now throws(FulfilmentFault) in
                    try await parts.processor.process(dispute, seenBy: SeenBy.dispute, at: now, again: again)
                }
            }
        // Without a usable ID it is read as an event: that is what had none.
        case .event, nil: return try await parts.processor.process(event.entry())
        }
    }

    private func process(_ session: CheckoutSession, at now: Instant) async throws(FulfilmentFault) -> EventEffect {
        if let (update, entry) = session.checkoutUpdate(seenBy: SeenBy.session, at: now) {
            return try await parts.processor.process(session, update, entry, again: again)
        }
        guard session.status != .known(.open) else { return .unused }
        return try await parts.processor.process(
            session, nil, session.unknownState(seenBy: SeenBy.session, at: now), again: again)
    }

    /// Processes the object's current state, which may be another entry, and closes the old entry.
    private func replace(
        _ event: UnhandledEvent, _ process: @Loop (Instant) async throws(FulfilmentFault) -> EventEffect
    ) async throws(FulfilmentFault) -> EventEffect {
        let effect = try await process(parts.clock.now())
        if case .parked(event.id, _) = effect { return effect }
        _ = try await mapError(
            FulfilmentFault.database,
            await parts.pool.run(LedgerStatements.ignore(event.entry(), why: "asked again")))
        return effect
    }

    /// Passes Stripe's response to `use`; a failed call is recorded for the event, or parks it.
    private func fetch<Answer>(
        _ request: StripeRequest<Answer>, for event: UnhandledEvent,
        _ use: @Loop (Answer) async throws(FulfilmentFault) -> EventEffect
    ) async throws(FulfilmentFault) -> EventEffect {
        let answer: Answer
        do throws(StripeCallFault) { answer = try await parts.stripe.send(request) } catch {
            return try await parts.processor.settle(.stripe(error), of: event.entry())
        }
        return try await use(answer)
    }
}

/// The ledger's event types for polled state.
enum SeenBy {
    static let session = "reconcile.session"
    static let refund = "reconcile.refund"
    static let dispute = "reconcile.dispute"
}
