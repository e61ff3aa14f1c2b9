import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Support
import Testing

@Suite("Correction", .freshDatabase)
struct CorrectionTests {
    @Test("a refused correction says why: no such order, not placed yet, the same address")
    func refusals() async throws {
        try await withFixture { fixture in
            let none = try await fixture.correct(OrderID(at: fixture.now), "ada@example.com")
            #expect(none == .noOrder)
            let sale = try fixture.sale("cs_1", .expired)
            _ = try await fixture.apply(sale, fixture.entitlement(0), event: "evt_1")
            let early = try await fixture.correct(sale.order, "ada@example.com")
            #expect(early == .notPlaced(.expired))
            _ = try await fixture.apply(try fixture.sale("cs_1"), fixture.entitlement(), event: "evt_2")
            let same = try await fixture.correct(sale.order, "Buyer@example.com")
            #expect(same == .unchanged)
        }
    }

    @Test("a payment that takes days and comes after the correction goes to the corrected address")
    func delayedPayment() async throws {
        try await withFixture { fixture in
            let sale = try fixture.sale("cs_1", .unpaid)
            _ = try await fixture.apply(sale, fixture.entitlement(0), event: "evt_1")
            let outcome = try await fixture.correct(sale.order, "ada@example.com")
            #expect(outcome == .corrected(previous: "Buyer@example.com", mails: [], notice: nil))
            let paid = try await fixture.apply(
                fixture.sale("cs_1", .paymentSucceeded), fixture.entitlement(), event: "evt_2")
            #expect(paid.status == .paid)
            #expect(paid.recipient?.text == "ada@example.com")
            let rows = try await fixture.pool.run(
                Statement<[String]>.rows(
                    """
                    SELECT o.email || ' ' || c.email || ' ' || e.recipient
                    FROM orders o JOIN customers c ON c.id = o.customer_id JOIN emails e ON e.order_id = o.id
                    """
                ) { row throws(PostgresFault) in try row.text(0) })
            #expect(rows == ["ada@example.com ada@example.com ada@example.com"])
        }
    }

    @Test("of corrections at once each follows the other, and the last one's customer has the order")
    func together() async throws {
        try await withFixture(poolSize: 8) { fixture in
            let sale = try fixture.sale("cs_1")
            _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_1")
            let wishes = (0..<20).map { index in
                Loop.start { () async -> CorrectionOutcome? in
                    try? await fixture.correct(sale.order, "ada\(index % 3)@example.com")
                }
            }
            var corrected = 0
            for wish in wishes {
                let outcome = try #require(await wish.value)
                if case .corrected = outcome { corrected += 1 } else { #expect(outcome == .unchanged) }
            }
            #expect(corrected >= 1)
            let agree = try await fixture.pool.run(
                Statement<Bool>.row(
                    """
                    SELECT o.email = c.email AND (SELECT count(*) FROM audit_log WHERE action = 'email.corrected') = \(corrected)
                        AND NOT EXISTS (SELECT FROM emails WHERE status = 'pending' AND kind = 'receipt' AND recipient <> o.email)
                    FROM orders o JOIN customers c ON c.id = o.customer_id
                    """
                ) { row throws(PostgresFault) in try row.bool(0) })
            #expect(agree)
        }
    }
}
