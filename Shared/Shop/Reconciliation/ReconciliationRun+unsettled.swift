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

    func fetchUnsettled() async throws(ReconciliationFault) {
        try await forEach(ComparisonStatements.awaitingPayment(limit: limit), LedgerSubject.session) {
            id throws(ReconciliationFault) in
            let session: CheckoutSession? = try await fetchIfExists(.session(id, withPayment: true))
            return try await process([session].compactMap(\.self), .unsettled)
        }
        try await forEach(ComparisonStatements.pendingRefunds(limit: limit), LedgerSubject.refund) {
            id throws(ReconciliationFault) in
            let refund: Refund? = try await fetchIfExists(.refund(id))
            return try await process([refund].compactMap(\.self), .unsettled)
        }
        try await forEach(ComparisonStatements.openDisputes(limit: limit), LedgerSubject.dispute) {
            id throws(ReconciliationFault) in
            let dispute: Dispute? = try await fetchIfExists(.dispute(id))
            return try await process([dispute].compactMap(\.self), .unsettled)
        }
    }

    private func forEach(
        _ pending: Statement<[String]>, _ subject: (StripeID) -> LedgerSubject,
        _ process: @Loop (StripeID) async throws(ReconciliationFault) -> Int
    ) async throws(ReconciliationFault) {
        let ids = try await mapError(ReconciliationFault.database, await parts.pool.run(pending))
        for id in ids.compactMap({ StripeID($0) }) {
            if isTimeUp(.unsettled) { return }
            try await surviving(subject(id), .unsettled) { () throws(ReconciliationFault) in _ = try await process(id) }
        }
    }

    /// Returns Stripe's response to `request`; `nil` if Stripe has no object with the ID.
    func fetchIfExists<Answer>(_ request: StripeRequest<Answer>) async throws(ReconciliationFault) -> Answer? {
        do throws(StripeCallFault) { return try await parts.stripe.send(request) } catch {
            if error.isNotFound { return nil }
            throw .stripe(error)
        }
    }
}
