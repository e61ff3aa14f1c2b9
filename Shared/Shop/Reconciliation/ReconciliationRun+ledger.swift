import EventLoop
import Fulfilment
import Kernel
import Postgres
import Stripe
import StripeClient

// Our own ledger: failed events are retried without waiting for Stripe to send them again.
extension ReconciliationRun {
    /// The maximum number of events in one run; the rest waits for the next.
    private static let ledgerLimit = 1_000

    func replayLedger() async throws(ReconciliationFault) {
        let waiting = try await mapError(
            ReconciliationFault.database,
            await parts.pool.run(
                UnhandledStatements.waiting(
                    types: Event.Kind.allCases.map(\.rawValue), limit: ReconciliationRun.ledgerLimit)))
        if waiting.count == ReconciliationRun.ledgerLimit { report.isFinished = false }
        for id in waiting {
            if isTimeUp(.ledger) { return }
            let found = try await mapError(
                ReconciliationFault.database, await parts.pool.run(UnhandledStatements.event(id)))
            guard let found else { continue }
            report[.ledger].seen += 1
            try await attempt(.ledger) { () throws(FulfilmentFault) in try await replay(found) }
        }
    }

    private func replay(_ event: UnhandledEvent) async throws(FulfilmentFault) -> EventEffect {
        switch LedgerSubject(entryID: event.id) {
        case .event where event.payload != nil: return try await parts.processor.process(event.entry())
        case .event(let id):
            // Trimmed from the ledger, but Stripe keeps it for 30 days.
            let document: EventDocument = try await fetch(.event(id), for: event)
            return try await parts.processor.process(event.entry(orElse: document.text))
        case .session(let id):
            let session: CheckoutSession = try await fetch(.session(id, withPayment: true), for: event)
            return try await replace(event) { processor, now throws(FulfilmentFault) in
                guard let (update, entry) = session.checkoutUpdate(seenBy: SeenBy.session, at: now) else {
                    return .unused
                }
                return try await processor.process(session, update, entry)
            }
        case .refund(let id):
            let refund: Refund = try await fetch(.refund(id), for: event)
            return try await replace(event) { processor, now throws(FulfilmentFault) in
                try await processor.process(refund, seenBy: SeenBy.refund, at: now)
            }
        case .dispute(let id):
            let dispute: Dispute = try await fetch(.dispute(id), for: event)
            return try await replace(event) { processor, now throws(FulfilmentFault) in
                try await processor.process(dispute, seenBy: SeenBy.dispute, at: now)
            }
        case nil:
            return try await parts.processor.recordingFailure(of: event.entry()) { () throws(FulfilmentFault) in
                throw .misconfigured("an entry whose ID is none of ours")
            }
        }
    }

    /// Processes the object's current state, which may be another entry, and closes the old entry.
    private func replace(
        _ event: UnhandledEvent,
        _ process: @Loop (EventProcessor, Instant) async throws(FulfilmentFault) -> EventEffect
    ) async throws(FulfilmentFault) -> EventEffect {
        let effect = try await process(parts.processor, parts.clock.now())
        _ = try await mapError(
            FulfilmentFault.database,
            await parts.pool.run(LedgerStatements.ignore(event.entry(), why: "asked again")))
        return effect
    }

    /// Returns Stripe's response; a failed call is recorded for the event.
    private func fetch<Answer>(
        _ request: StripeRequest<Answer>, for event: UnhandledEvent
    ) async throws(FulfilmentFault) -> Answer {
        try await parts.processor.recordingFailure(of: event.entry()) { () throws(FulfilmentFault) in
            try await mapError(FulfilmentFault.stripe, await parts.stripe.send(request))
        }
    }
}

/// The ledger's event types for polled state.
enum SeenBy {
    static let session = "reconcile.session"
    static let refund = "reconcile.refund"
    static let dispute = "reconcile.dispute"
}
