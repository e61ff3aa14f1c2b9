import Audit
import EventLoop
import Kernel
import Orders
import Postgres
import Refunds
import Support
import Testing

@Suite("Refund request", .freshDatabase)
struct RefundRequestTests {
    @Test("one is open at a time, on the state that was seen, and within what is left")
    func begin() async throws {
        try await withFixture { fixture in
            let sale = try fixture.sale("cs_1")
            _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_1")
            let stale = try await fixture.begin(sale.order, 100, seen: 1)
            #expect(stale == nil)
            let tooMuch = try await fixture.begin(sale.order, 4901, seen: 0)
            #expect(tooMuch == nil)
            let first = try #require(try await fixture.begin(sale.order, 100, seen: 0))
            let other = try await fixture.begin(sale.order, 200, seen: 0)
            #expect(other == first)
            for _ in 0..<2 {
                _ = try await fixture.pool.run(
                    RefundRequestStatements.end(first.id, .made(refund: "re_1"), by: fixture.context))
            }
            let next = try #require(try await fixture.begin(sale.order, 200, seen: 0))
            #expect(next.id != first.id)
            let entries = try await fixture.pool.run(
                Statement<[String]>.rows("SELECT action FROM audit_log WHERE actor = 'operator:eve' ORDER BY id") {
                    row throws(PostgresFault) in try row.text(0)
                })
            #expect(entries == ["refund.requested", "refund.made", "refund.requested"])
        }
    }

    @Test("twenty at once are one request")
    func together() async throws {
        try await withFixture(poolSize: 8) { fixture in
            let sale = try fixture.sale("cs_1")
            _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_1")
            let tries = (0..<20).map { _ in
                Loop.start { () async -> RefundRequest? in try? await fixture.begin(sale.order, 100, seen: 0) }
            }
            var ids: Set<RefundRequestID> = []
            for begun in tries { ids.insert(try #require(await begun.value).id) }
            #expect(ids.count == 1)
        }
    }
}

extension Fixture {
    fileprivate var context: AuditContext { AuditContext(.operator("eve"), from: "desk", because: "test", at: now) }

    fileprivate func begin(
        _ order: OrderID, _ amount: Int64, seen refunded: Int64
    ) async throws(PostgresFault) -> RefundRequest? {
        try await pool.run(
            PaymentStatements.lock(paymentOf: order),
            RefundRequestStatements.begin(
                RefundRequestID(at: now), order: order, amount: amount, lines: nil, seen: refunded, by: context)
        ).1
    }
}
