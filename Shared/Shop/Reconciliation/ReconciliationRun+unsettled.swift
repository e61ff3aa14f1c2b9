import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Stripe
import StripeClient

// Pending items are fetched by ID: they may be older than any list is read.
extension ReconciliationRun {
    /// Per-kind batch limit; ignored for runs without a deadline.
    private var limit: Int { plan.time == nil ? 1_000_000 : 50 }

    func askForUnsettled() async throws(ReconciliationFault) {
        let stripe = parts.stripe
        try await ask(ComparisonStatements.awaitingPayment(limit: limit)) { id throws(ReconciliationFault) in
            let session: CheckoutSession? = try await ifThere { () throws(StripeCallFault) in
                try await stripe.send(.session(id, withPayment: true))
            }
            return try await take([session].compactMap(\.self), .unsettled)
        }
        try await ask(ComparisonStatements.pendingRefunds(limit: limit)) { id throws(ReconciliationFault) in
            let refund: Refund? = try await ifThere { () throws(StripeCallFault) in try await stripe.send(.refund(id)) }
            return try await take([refund].compactMap(\.self), .unsettled)
        }
        try await ask(ComparisonStatements.openDisputes(limit: limit)) { id throws(ReconciliationFault) in
            let dispute: Dispute? = try await ifThere { () throws(StripeCallFault) in
                try await stripe.send(.dispute(id))
            }
            return try await take([dispute].compactMap(\.self), .unsettled)
        }
    }

    private func ask(
        _ waiting: Statement<[String]>, _ look: @Loop (StripeID) async throws(ReconciliationFault) -> Int
    ) async throws(ReconciliationFault) {
        let pool = parts.pool
        let ids = try await asking { () throws(PostgresFault) in try await pool.run(waiting) }
        for id in ids.compactMap({ StripeID($0) }) {
            if isTimeUp(.unsettled) { return }
            _ = try await look(id)
        }
    }

    /// Returns Stripe's response to `request`; `nil` if Stripe has no object with the ID.
    func ifThere<Answer>(
        _ ask: @Loop () async throws(StripeCallFault) -> Answer
    ) async throws(ReconciliationFault) -> Answer? {
        do throws(StripeCallFault) { return try await ask() } catch {
            if error.isNotFound { return nil }
            throw .stripe(error)
        }
    }
}
