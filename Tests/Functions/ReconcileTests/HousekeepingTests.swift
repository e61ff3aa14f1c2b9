import EventLoop
import Fulfilment
import Kernel
import Log
import Orders
import Postgres
import Support
import Testing

@testable import ReconcileFunction

@Suite("Housekeeping", .freshDatabase)
struct HousekeepingTests {
    @Test("payloads of old events and unpaid orders go; sales, recent ones and what failed stay")
    func retention() async throws {
        try await withFixture(as: "reconcile") { fixture, pool in
            for (session, update) in [("cs_paid", CheckoutUpdate.paid), ("cs_left", .expired), ("cs_late", .expired)] {
                let sale = try fixture.sale(session, update)
                _ = try await fixture.apply(sale, fixture.entitlement(update == .paid ? 1 : 0), event: "evt_\(session)")
            }
            _ = try await pool.run(LedgerStatements.fail(fixture.entry("evt_failed"), why: "test"))
            try await fixture.change("UPDATE orders SET created_at = created_at - interval '400 days'")
            try await fixture.change("UPDATE webhook_events SET received_at = received_at - interval '400 days'")
            try await fixture.change("UPDATE orders SET created_at = now() WHERE stripe_session_id = 'cs_late'")
            try await fixture.change(
                "UPDATE webhook_events SET received_at = now() WHERE stripe_event_id = 'evt_cs_late'")
            let housekeeping = Housekeeping(pool: pool, log: silentLog)
            for _ in 1...8 { await housekeeping(at: WallClock.system.now()) }
            let orders = try await fixture.read(
                "SELECT string_agg(stripe_session_id, ' ' ORDER BY stripe_session_id) FROM orders")
            #expect(orders == "cs_late cs_paid")
            let kept = try await fixture.read(
                """
                SELECT string_agg(stripe_event_id, ' ' ORDER BY stripe_event_id) FROM webhook_events
                WHERE payload IS NOT NULL
                """)
            #expect(kept == "evt_cs_late evt_failed")
            #expect(try await fixture.counts().events == 4)
        }
    }

    @Test("who has no order any more is forgotten as well: a stranger to all others stays a customer")
    func customers() async throws {
        try await withFixture(as: "reconcile") { fixture, pool in
            for (session, update, email) in [
                ("cs_left", CheckoutUpdate.expired, "left@example.com"), ("cs_paid", .paid, "paid@example.com"),
                ("cs_again", .expired, "paid@example.com"), ("cs_wrong", .paid, "wrong@example.com"),
            ] {
                var sale = try fixture.sale(session, update)
                sale.email = EmailAddress(email)
                _ = try await fixture.apply(sale, fixture.entitlement(update == .paid ? 1 : 0), event: "evt_\(session)")
            }
            _ = try await fixture.correct(fixture.sale("cs_wrong").order, "right@example.com")
            try await fixture.change("UPDATE orders SET created_at = created_at - interval '400 days'")
            try await fixture.change("UPDATE customers SET created_at = created_at - interval '400 days'")
            try await fixture.change(
                "INSERT INTO customers (id, shop_id, email) SELECT gen_random_uuid(), id, 'new@example.com' FROM shops")
            let housekeeping = Housekeeping(pool: pool, log: silentLog)
            for _ in 1...8 { await housekeeping(at: WallClock.system.now()) }
            let kept = try await fixture.read("SELECT string_agg(email, ' ' ORDER BY email) FROM customers")
            #expect(kept == "new@example.com paid@example.com right@example.com")
        }
    }

    @Test("the audit log's rows are sealed")
    func sealed() async throws {
        try await withFixture(as: "reconcile") { fixture, pool in
            try await fixture.change("INSERT INTO audit_log (actor, action) VALUES ('operator:ada', 'order.refunded')")
            let log = CapturedLog()
            await Housekeeping(pool: pool, log: log.log)(at: fixture.now)
            #expect(log.text.contains("audit log sealed"))
            let seals = try await fixture.read("SELECT count(*)::text FROM audit_seals")
            #expect(seals == "1")
        }
    }
}

extension Fixture {
    fileprivate func change(_ sql: SQL) async throws { _ = try await pool.run(Statement<Int>.affected(sql)) }

    fileprivate func read(_ sql: SQL) async throws -> String {
        try await pool.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }
}
