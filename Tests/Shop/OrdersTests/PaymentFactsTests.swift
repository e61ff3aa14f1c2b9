import Kernel
import Licensing
import Orders
import Support
import Testing

@Suite("What follows a sale")
struct PaymentFactsTests {
    private static let total: Int64 = 4900

    @Test(
        "each combination of refunds and disputes has one status",
        arguments: [
            ([], OrderStatus.paid, Int64(0)),
            ([snapshot(100)], .partiallyRefunded, 100),
            ([snapshot(4900)], .refunded, 4900),
            ([refund(1, 2000), refund(2, 2900)], .refunded, 4900),
            ([refund(1, 2000), refund(2, 2899)], .partiallyRefunded, 4899),
            ([refund(1, 4900, .pending)], .refunded, 4900),
            ([refund(1, 4900, .failed)], .paid, 0),
            ([snapshot(4900), refund(1, 4900, .failed)], .paid, 0),
            ([snapshot(4900), refund(1, 4900, .failed), refund(2, 100)], .partiallyRefunded, 100),
            // A total stated after a failure is free of it, whether the totals are a second apart or not.
            ([snapshot(4900, at: 1), refund(1, 4900, .failed, at: 2)], .paid, 0),
            ([snapshot(4900, at: 1), refund(1, 4900, .failed, at: 2), snapshot(4900, at: 3)], .refunded, 4900),
            ([snapshot(4900), refund(1, 4900, .failed), snapshot(4900)], .refunded, 4900),
            ([refund(1, 2000, .failed, at: 1), snapshot(4900, at: 2)], .refunded, 4900),
            ([snapshot(2000, at: 1), refund(1, 2000, .failed, at: 2), snapshot(100, at: 3)], .partiallyRefunded, 100),
            ([snapshot(2000, at: 1), snapshot(4900, at: 1)], .refunded, 4900),
            ([snapshot(4900, at: 1), refund(1, 4900, .failed, at: 2), refund(2, 4900, at: 2)], .refunded, 4900),
            ([dispute(1, .open)], .disputed, 0),
            ([dispute(1, .won)], .paid, 0),
            ([dispute(1, .lost)], .lost, 0),
            ([dispute(1, .open), snapshot(100)], .disputed, 100),
            ([dispute(1, .open), snapshot(4900)], .refunded, 4900),
            ([dispute(1, .lost), snapshot(4900)], .lost, 4900),
            ([dispute(1, .won), dispute(2, .open)], .disputed, 0),
            ([dispute(1, .lost), dispute(2, .won)], .lost, 0),
            ([dispute(1, .won), snapshot(100)], .partiallyRefunded, 100),
        ] as [([PaymentUpdate], OrderStatus, Int64)])
    func status(after updates: [PaymentUpdate], status: OrderStatus, refunded: Int64) {
        for order in [updates, updates.reversed(), updates.shuffled()] {
            var facts = PaymentFacts()
            for each in order { facts.learn(each) }
            #expect(facts.status(ofTotal: PaymentFactsTests.total) == status)
            #expect(facts.amountRefunded == refunded)
        }
    }

    @Test("the latest status of a refund or a dispute counts, and within one second the more final one")
    func latest() {
        let updates: [PaymentUpdate] = [
            refund(1, 4900, .pending, at: 0), refund(1, 4900, .succeeded, at: 1), refund(1, 4900, .failed, at: 1),
            dispute(1, .open, at: 0), dispute(1, .won, at: 5), dispute(1, .open, at: 9), dispute(1, .won, at: 9),
        ]
        for order in [updates, updates.reversed(), updates.shuffled()] {
            var facts = PaymentFacts()
            for each in order { facts.learn(each) }
            #expect(facts.status(ofTotal: PaymentFactsTests.total) == .paid, "\(order)")
        }
    }

    @Test("a free order has nothing to give back")
    func free() { #expect(PaymentFacts().status(ofTotal: 0) == .paid) }

    @Test("every status of an order has active, suspended, revoked or no licenses")
    func access() {
        let open = OrderStatus.allCases.filter { $0.access == .active }
        #expect(open == [.paid, .partiallyRefunded])
        #expect(OrderStatus.allCases.filter { $0.access == .suspended } == [.disputed])
        #expect(OrderStatus.allCases.filter { $0.access == .revoked } == [.refunded, .lost])
    }
}

private func snapshot(_ amount: Int64, at: Int64 = 0) -> PaymentUpdate {
    .refundTotal(amount, at: Instant(unixSeconds: at))
}

private func refund(_ id: Int, _ amount: Int64, _ status: RefundStatus = .succeeded, at: Int64 = 0) -> PaymentUpdate {
    .refund(id: "re_\(id)", amount: amount, status, at: Instant(unixSeconds: at))
}

private func dispute(_ id: Int, _ status: DisputeStatus, at: Int64 = 0) -> PaymentUpdate {
    .dispute(id: "dp_\(id)", status, at: Instant(unixSeconds: at))
}
