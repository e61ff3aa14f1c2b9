import EventLoop
import Fulfilment
import JSON
import Kernel
import Log
import Orders
import Postgres
import Stripe
import StripeClient

// The state of sessions: if an event was lost, the sale is made from its session.
extension ReconciliationRun {
    func readSessions() async throws(ReconciliationFault) {
        let stripe = parts.stripe
        let list = BackfillCursor<Listed<CheckoutSession>>(
            page: { slice, last throws(ReconciliationFault) in
                try await mapError(
                    ReconciliationFault.stripe, await stripe.send(.sessions(in: slice, startingAfter: last)))
            }, place: { [begun] in ($0.id, $0.created ?? begun) })
        try await backfill(.sessions, list) { listed throws(ReconciliationFault) in
            try await process(listed, .sessions, LedgerSubject.session) { sessions throws(ReconciliationFault) in
                try await process(sessions, .sessions)
            }
        }
    }

    /// Applies sessions with a newer state than ours; returns how many of `sessions` were processed.
    func process(
        _ sessions: [CheckoutSession], _ step: ReconciliationStep
    ) async throws(ReconciliationFault) -> Int {
        let known = try await knownSales(of: sessions.map(\.id.text))
        for (index, session) in sessions.enumerated() {
            if isTimeUp(step) { return index }
            report[step].seen += 1
            if session.isLive == parts.isLive { try await settle(session, known[session.id.text], step) }
        }
        return sessions.count
    }

    private func knownSales(of sessions: [String]) async throws(ReconciliationFault) -> [String: KnownSale] {
        let known = try await mapError(
            ReconciliationFault.database, await parts.pool.run(ComparisonStatements.sales(sessions)))
        return Dictionary(known.map { ($0.session, $0) }) { first, _ in first }
    }

    private func settle(
        _ session: CheckoutSession, _ known: KnownSale?, _ step: ReconciliationStep
    ) async throws(ReconciliationFault) {
        isPaid[session.id.text] = session.isPaid
        guard let (update, entry) = session.checkoutUpdate(seenBy: SeenBy.session, at: parts.clock.now()) else {
            return try await parkUnknownState(session, step)
        }
        if let known, known.status.after(update) == known.status { return }
        let effect = try await attempt(step) { () throws(FulfilmentFault) in
            try await parts.processor.process(session, update, entry)
        }
        if update.target == .paid, !plan.isDryRun { try await confirm(session, effect) }
    }

    /// Parks a session of ours whose state we do not know.
    private func parkUnknownState(
        _ session: CheckoutSession, _ step: ReconciliationStep
    ) async throws(ReconciliationFault) {
        guard session.status != .known(.open), !plan.isDryRun else { return }
        let entry = session.unknownState(seenBy: SeenBy.session, at: parts.clock.now())
        try await attempt(step) { () throws(FulfilmentFault) in try await parts.processor.process(session, nil, entry) }
    }

    /// Raises an alert if a session that is paid at Stripe is still not a paid order here.
    private func confirm(_ session: CheckoutSession, _ effect: EventEffect?) async throws(ReconciliationFault) {
        switch effect {
        // What is parked has raised its alert.
        case .changed, .parked: return
        case .kept, .unused, nil: break
        }
        let sale = try await knownSales(of: [session.id.text])[session.id.text]
        let ours = SaleMetadata(session)
        // Another program may sell through the same account.
        if sale == nil, ours == nil, effect == .unused { return }
        if sale?.status.access != nil { return }
        report.paidAtStripeOnly += 1
        parts.log(
            .error, "paid at Stripe and not here",
            [
                ("order", (sale?.order ?? ours?.order).map { .id($0) } ?? .null),
                ("status", sale.map { .string($0.status.rawValue) } ?? .null),
                ("payment", session.paymentIntent.map { .string($0.text) } ?? .null),
            ])
    }
}

extension CheckoutSession {
    /// Whether the session is paid, or nothing was due.
    var isPaid: Bool {
        status == .known(.complete)
            && (paymentStatus == .known(.paid) || paymentStatus == .known(.noPaymentRequired))
    }
}
