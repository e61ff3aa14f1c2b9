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
        let list = BackfillCursor<Refund>(
            page: { slice, last throws(ReconciliationFault) in
                try await asking { () throws(StripeCallFault) in
                    try await stripe.send(.refunds(in: slice, startingAfter: last))
                }
            }, place: { [begun] in ($0.id, $0.created ?? begun) })
        try await walk(.refunds, list) { refunds throws(ReconciliationFault) in try await take(refunds, .refunds) }
    }

    func readDisputes() async throws(ReconciliationFault) {
        let stripe = parts.stripe
        let list = BackfillCursor<Dispute>(
            page: { slice, last throws(ReconciliationFault) in
                try await asking { () throws(StripeCallFault) in
                    try await stripe.send(.disputes(in: slice, startingAfter: last))
                }
            }, place: { [begun] in ($0.id, $0.created ?? begun) })
        try await walk(.disputes, list) { disputes throws(ReconciliationFault) in try await take(disputes, .disputes) }
    }

    /// Applies refunds whose status differs from ours; returns how many of `refunds` were processed.
    func take(_ refunds: [Refund], _ step: ReconciliationStep) async throws(ReconciliationFault) -> Int {
        let pool = parts.pool
        let facts = refunds.map { StatedFact(id: $0.id.text, amount: $0.amount, status: $0.stated ?? "unknown") }
        let differing = Set(
            try await asking { () throws(PostgresFault) in
                try await pool.run(ComparisonStatements.differing(refunds: facts))
            })
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

    /// Applies disputes whose status differs from ours; returns how many of `disputes` were processed.
    func take(_ disputes: [Dispute], _ step: ReconciliationStep) async throws(ReconciliationFault) -> Int {
        let pool = parts.pool
        let facts = disputes.map { StatedFact(id: $0.id.text, amount: 0, status: $0.stated ?? "unknown") }
        let differing = Set(
            try await asking { () throws(PostgresFault) in
                try await pool.run(ComparisonStatements.differing(disputes: facts))
            })
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
