import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Support
import Testing

/// `charge.refunded` states a total that goes down again when a refund fails.
@Suite("Totals of refunds", .freshDatabase)
struct RefundTotalTests {
    private static let first: Int64 = 1_795_201_200

    @Test(
        "is true of its own second, in whatever order the events arrive",
        arguments: [
            // A refund failed, and a second one was made: in seconds apart, in one second, and in part before.
            ([total(4900, 0), failed(4900, 1), total(4900, 2)], "refunded 4900 revoked"),
            ([total(4900, 0), failed(4900, 0), total(4900, 0)], "refunded 4900 revoked"),
            ([failed(2000, 1), total(4900, 2)], "refunded 4900 revoked"),
            ([total(2000, 0), failed(2000, 1), total(4900, 2)], "refunded 4900 revoked"),
            ([total(2000, 0), total(4900, 0)], "refunded 4900 revoked"),
            // The failure is the last thing that happened.
            ([total(4900, 0), failed(4900, 1)], "paid 0 active"),
            ([total(4900, 0), failed(4900, 0)], "paid 0 active"),
            ([total(4900, 0), failed(4900, 0), total(4900, 0), failed(4900, 0, of: 2)], "paid 0 active"),
            ([total(2000, 0), total(4900, 1), failed(2900, 2)], "partially_refunded 2000 active"),
            // A smaller refund followed.
            ([total(4900, 0), failed(4900, 1), total(100, 2)], "partially_refunded 100 active"),
        ] as [([PaymentUpdate], String)])
    func dated(updates: [PaymentUpdate], end: String) async throws {
        try await withFixture { fixture in
            for (number, order) in permutations(of: updates).enumerated() {
                let sale = try fixture.sale("cs_\(number)")
                let payment = try #require(sale.paymentIntent)
                // The sale comes first, last, or in the middle.
                for (step, update) in order.enumerated() {
                    if step == number % 3 {
                        _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_\(number)")
                    }
                    try await fixture.settle(renamed(update, number), of: payment, event: "evt_\(number)_\(step)")
                }
                if number % 3 >= order.count {
                    _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_\(number)")
                }
                let found = try await fixture.pool.run(
                    Statement<String>.row(
                        """
                        SELECT o.status || ' ' || o.amount_refunded || ' ' || l.status
                        FROM orders o JOIN licenses l ON l.order_id = o.id WHERE o.stripe_session_id = \(sale.session)
                        """
                    ) { row throws(PostgresFault) in try row.text(0) })
                #expect(found == end, "\(order)")
            }
        }
    }

    private static func total(_ amount: Int64, _ second: Int64) -> PaymentUpdate {
        .refundTotal(amount, at: Instant(unixSeconds: first + second))
    }

    private static func failed(_ amount: Int64, _ second: Int64, of refund: Int = 1) -> PaymentUpdate {
        .refund(id: "re_\(refund)", amount: amount, .failed, at: Instant(unixSeconds: first + second))
    }

    /// A refund belongs to one payment for good, so each history has its own.
    private func renamed(_ update: PaymentUpdate, _ number: Int) -> PaymentUpdate {
        guard case .refund(let id, let amount, let status, let at, _, _, _) = update else { return update }
        return .refund(id: "\(id)_\(number)", amount: amount, status, at: at)
    }

    private func permutations(of updates: [PaymentUpdate]) -> [[PaymentUpdate]] {
        guard updates.count > 1 else { return [updates] }
        return updates.indices.flatMap { index in
            var others = updates
            let chosen = others.remove(at: index)
            return permutations(of: others).map { [chosen] + $0 }
        }
    }
}

extension Fixture {
    /// Applies an update of `payment` as the webhook does with an event of this ID.
    fileprivate func settle(_ update: PaymentUpdate, of payment: String, event: String) async throws {
        _ = try await pool.run(
            PaymentStatements.lock(payment),
            PaymentEventStatements.record(update, of: payment, from: entry(event)),
            PaymentStatements.settle(
                payment, PaymentMails(at: now), mailLeasedUntil: now, by: "function:webhook", at: now))
    }
}
