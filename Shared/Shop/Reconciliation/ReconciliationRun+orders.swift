import EventLoop
import Fulfilment
import JSON
import Kernel
import Log
import Orders
import Postgres
import Stripe
import StripeClient

// The reverse check: an order that is paid here must be paid at Stripe. Each order is checked once, soon after its
// payment.
extension ReconciliationRun {
    private static let chunk = 100

    func checkPaidOrders() async throws(ReconciliationFault) {
        let start = try await start(of: .orders)
        let end = begun - ReconciliationStep.orders.overlap
        var last: PaidOrder?
        while true {
            let behind = last
            let orders = try await mapError(
                ReconciliationFault.database,
                await parts.pool.run(
                    ComparisonStatements.paidOrders(
                        from: start, to: end, behind: behind, limit: ReconciliationRun.chunk)))
            for order in orders {
                if isTimeUp(.orders) { return try await advance(.orders, to: order.paidAt) }
                report[.orders].seen += 1
                try await check(order)
            }
            guard orders.count == ReconciliationRun.chunk else { break }
            last = orders.last
        }
        try await advance(.orders, to: end)
    }

    private func check(_ order: PaidOrder) async throws(ReconciliationFault) {
        guard let id = order.session.flatMap({ StripeID($0) }) else { return raiseAlert(order) }
        try await surviving(.session(id), .orders) { () throws(ReconciliationFault) in
            if try await !isPaidAtStripe(id) { raiseAlert(order) }
        }
    }

    private func isPaidAtStripe(_ id: StripeID) async throws(ReconciliationFault) -> Bool {
        if let isPaid = isPaid[id.text] { return isPaid }
        let session: CheckoutSession? = try await fetchIfExists(.session(id))
        guard let session else { return false }
        return session.isPaid && session.isLive == parts.isLive
    }

    private func raiseAlert(_ order: PaidOrder) {
        report.paidHereOnly += 1
        parts.log(
            .error, "paid here and not at Stripe",
            [
                ("order", .id(order.order)), ("paid_at", .string(CivilTime(order.paidAt).rfc3339)),
            ])
    }
}
