import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Stripe
import StripeClient

// The current status of refunds and disputes, so that access is revoked even if the event was lost.
extension ReconciliationRun {
    func readRefunds() async throws(ReconciliationFault) {
        let stripe = parts.stripe
        let list = BackfillCursor<Listed<Refund>>(
            page: { slice, last throws(ReconciliationFault) in
                try await mapError(
                    ReconciliationFault.stripe, await stripe.send(.refunds(in: slice, startingAfter: last)))
            }, place: { [begun] in ($0.id, $0.created ?? begun) })
        try await backfill(.refunds, list) { listed throws(ReconciliationFault) in
            try await process(listed, .refunds, LedgerSubject.refund) { refunds throws(ReconciliationFault) in
                try await process(refunds, .refunds)
            }
        }
    }

    func readDisputes() async throws(ReconciliationFault) {
        let stripe = parts.stripe
        let list = BackfillCursor<Listed<Dispute>>(
            page: { slice, last throws(ReconciliationFault) in
                try await mapError(
                    ReconciliationFault.stripe, await stripe.send(.disputes(in: slice, startingAfter: last)))
            }, place: { [begun] in ($0.id, $0.created ?? begun) })
        try await backfill(.disputes, list) { listed throws(ReconciliationFault) in
            try await process(listed, .disputes, LedgerSubject.dispute) { disputes throws(ReconciliationFault) in
                try await process(disputes, .disputes)
            }
        }
    }

    /// Applies refunds with another status than ours; returns how many of `refunds` were processed.
    func process(_ refunds: [Refund], _ step: ReconciliationStep) async throws(ReconciliationFault) -> Int {
        let facts = refunds.map { ReportedFact(id: $0.id.text, amount: $0.amount, status: try? $0.refundStatus()) }
        let differing = Set(
            try await mapError(
                ReconciliationFault.database, await parts.pool.run(ComparisonStatements.differing(refunds: facts))))
        for (index, refund) in refunds.enumerated() {
            if isTimeUp(step) { return index }
            report[step].seen += 1
            guard differing.contains(refund.id.text) else { continue }
            let now = parts.clock.now()
            try await attempt(step) { () throws(FulfilmentFault) in
                try await parts.processor.process(refund, seenBy: SeenBy.refund, at: now)
            }
        }
        return refunds.count
    }

    /// Applies disputes with another status than ours; returns how many of `disputes` were processed.
    func process(_ disputes: [Dispute], _ step: ReconciliationStep) async throws(ReconciliationFault) -> Int {
        let facts = disputes.map { ReportedFact(id: $0.id.text, amount: 0, status: try? $0.disputeStatus()) }
        let differing = Set(
            try await mapError(
                ReconciliationFault.database, await parts.pool.run(ComparisonStatements.differing(disputes: facts))))
        for (index, dispute) in disputes.enumerated() {
            if isTimeUp(step) { return index }
            report[step].seen += 1
            guard differing.contains(dispute.id.text) else { continue }
            let now = parts.clock.now()
            try await attempt(step) { () throws(FulfilmentFault) in
                try await parts.processor.process(dispute, seenBy: SeenBy.dispute, at: now)
            }
        }
        return disputes.count
    }
}
