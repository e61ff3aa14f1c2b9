import Catalog
import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Reconciliation
import Support
import Testing

@Suite("Invariants", .freshDatabase)
struct InvariantTests {
    @Test("a healthy shop violates none, whatever its sales went through")
    func healthy() async throws {
        try await withShop { shop in
            for (session, change) in [
                ("cs_paid", nil), ("cs_part", PaymentUpdate.refundTotal(100, at: shop.now)),
                ("cs_back", .refundTotal(9800, at: shop.now)),
                ("cs_open", .dispute(id: "dp_1", .open, at: shop.now)),
                ("cs_lost", .dispute(id: "dp_2", .lost, at: shop.now)),
            ] {
                try await shop.sell(session, quantity: 2)
                if let change { try await shop.hear(change, of: session) }
            }
            for (session, update) in [("cs_1", CheckoutUpdate.unpaid), ("cs_2", .paymentFailed), ("cs_3", .expired)] {
                _ = try await shop.fixture.apply(
                    shop.fixture.sale(session, update), shop.fixture.entitlement(0), event: "evt_\(session)")
            }
            // A license that the seller closed, of an order that is paid.
            try await shop.run(
                "UPDATE licenses SET status = 'revoked', held_at = now() WHERE id = (SELECT min(id::text)::uuid FROM licenses WHERE status = 'active')"
            )
            try await shop.run("UPDATE emails SET status = 'sent'")
            for invariant in Invariant.allCases {
                let found = try await shop.violations(invariant)
                #expect(found == Violations(count: 0, examples: []), "\(invariant)")
            }
        }
    }

    @Test("somebody who paid and has no license, or fewer than they bought", arguments: [0, 1])
    func paidWithoutLicense(left: Int) async throws {
        try await withShop { shop in
            try await shop.sell("cs_1", quantity: 2)
            try await shop.run("DELETE FROM licenses WHERE id NOT IN (SELECT id FROM licenses LIMIT \(left))")
            try await shop.expect([.paidWithoutLicense], example: "SELECT id::text FROM orders")
        }
    }

    @Test("a license of an unpaid order", arguments: ["pending", "awaiting_payment", "failed", "expired"])
    func licenseWithoutPaidOrder(status: String) async throws {
        try await withShop { shop in
            try await shop.sell("cs_1")
            try await shop.run("UPDATE orders SET status = \(status)")
            try await shop.expect([.licenseWithoutPaidOrder], example: "SELECT id::text FROM licenses")
        }
    }

    @Test(
        "a license that is active though its order gives no access, or that is closed though its order is paid",
        arguments: [
            ("refunded", "active", .openLicenseOnClosedOrder), ("lost", "active", .openLicenseOnClosedOrder),
            ("disputed", "active", .openLicenseOnClosedOrder), ("refunded", "suspended", .openLicenseOnClosedOrder),
            ("lost", "suspended", .openLicenseOnClosedOrder), ("paid", "suspended", .closedLicenseOnPaidOrder),
            ("paid", "revoked", .closedLicenseOnPaidOrder),
            ("partially_refunded", "revoked", .closedLicenseOnPaidOrder),
            ("disputed", "revoked", .closedLicenseOnPaidOrder),
        ] as [(String, String, Invariant)])
    func access(order: String, license: String, invariant: Invariant) async throws {
        try await withShop { shop in
            try await shop.sell("cs_1")
            try await shop.run("UPDATE orders SET status = \(order)")
            try await shop.run("UPDATE licenses SET status = \(license)")
            try await shop.expect([invariant], example: "SELECT id::text FROM licenses")
        }
    }

    @Test("a license that the seller revoked by hand and that is active all the same")
    func held() async throws {
        try await withShop { shop in
            try await shop.sell("cs_1")
            try await shop.run("UPDATE licenses SET held_at = now()")
            try await shop.expect([.openLicenseOnClosedOrder], example: "SELECT id::text FROM licenses")
        }
    }

    @Test("a mail that is due for more than ten minutes, and no sooner")
    func mail() async throws {
        try await withShop { shop in
            try await shop.sell("cs_1")
            try await shop.run("UPDATE emails SET status = 'pending', next_attempt_at = \(shop.now - .seconds(590))")
            try await shop.expect([], example: "SELECT ''")
            try await shop.run("UPDATE emails SET next_attempt_at = \(shop.now - .seconds(610))")
            try await shop.expect([.mailOverdue], example: "SELECT id::text FROM emails")
        }
    }

    @Test("an event that is unhandled for more than ten minutes, and no sooner")
    func event() async throws {
        try await withShop { shop in
            _ = try await shop.fixture.pool.run(LedgerStatements.fail(shop.fixture.entry("evt_1"), why: "test"))
            try await shop.run("UPDATE webhook_events SET received_at = \(shop.now - .seconds(590))")
            try await shop.expect([], example: "SELECT ''")
            try await shop.run("UPDATE webhook_events SET received_at = \(shop.now - .seconds(610))")
            try await shop.expect(
                [.eventUnhandled], example: "SELECT stripe_event_id FROM webhook_events")
            // A session's ID opens its order's page.
            try await shop.run("UPDATE webhook_events SET stripe_event_id = 'session:cs_test_1:paid', type = 'seen'")
            try await shop.expect([.eventUnhandled], example: "SELECT 'seen'")
        }
    }

    @Test("many cases are counted, and five of them named, the oldest first")
    func examples() async throws {
        try await withShop { shop in
            for index in 0..<12 { try await shop.sell("cs_\(index)") }
            try await shop.run("UPDATE emails SET status = 'pending', next_attempt_at = \(shop.now - .seconds(700))")
            try await shop.run(
                """
                UPDATE emails SET next_attempt_at = \(shop.now - .seconds(9_000)) WHERE order_id = (
                    SELECT id FROM orders WHERE stripe_session_id = 'cs_7')
                """)
            let found = try await shop.violations(.mailOverdue)
            #expect(found.count == 12 && found.examples.count == 5)
            let oldest: String = try await shop.text(
                "SELECT e.id::text FROM emails e JOIN orders o ON o.id = e.order_id WHERE o.stripe_session_id = 'cs_7'")
            #expect(found.examples.first == oldest)
        }
    }

    @Test(
        "an endpoint that is silent when sales usually come, by what came in the last four weeks",
        arguments: [
            // Weeks with a sale at this hour, hours since the last delivery, and whether that is told.
            ([1, 2, 3, 4], 7, true), ([1, 2, 4], 7, true), ([1, 2], 7, false), ([1, 2, 3, 4], 5, false),
            ([5, 6, 7, 8], 7, false), ([], 400, false),
        ] as [([Int], Int, Bool)])
    func silence(weeks: [Int], hours: Int, isTold: Bool) async throws {
        try await withShop { shop in
            for week in weeks {
                try await shop.sell("cs_\(week)")
                try await shop.run(
                    """
                    UPDATE orders SET paid_at = \(shop.now - .seconds(week * 7 * 86_400 + 3_600))
                    WHERE stripe_session_id = \("cs_\(week)")
                    """)
            }
            try await shop.run("UPDATE webhook_events SET received_at = \(shop.now - .seconds(hours * 3_600))")
            // What we asked for shows no living endpoint.
            _ = try await shop.fixture.pool.run(LedgerStatements.ignore(shop.fixture.entry("evt_asked"), why: "test"))
            try await shop.run(
                "UPDATE webhook_events SET source = 'asked', received_at = \(shop.now) WHERE stripe_event_id = 'evt_asked'"
            )
            try await shop.run("UPDATE emails SET status = 'sent'")
            let found = try await shop.violations(.noWebhook)
            #expect(found.count == (isTold ? 1 : 0))
            #expect(found.examples == (isTold ? ["since 2026-11-20 11:59 UTC"] : []))
        }
    }

    @Test("an endpoint that never heard anything is silent too")
    func neverHeard() async throws {
        try await withShop { shop in
            for week in 1...4 {
                try await shop.sell("cs_\(week)")
                try await shop.run(
                    """
                    UPDATE orders SET paid_at = \(shop.now - .seconds(week * 7 * 86_400 + 3_600))
                    WHERE stripe_session_id = \("cs_\(week)")
                    """)
            }
            try await shop.run("DELETE FROM webhook_events")
            #expect(try await shop.violations(.noWebhook) == Violations(count: 1, examples: ["since ever"]))
        }
    }
}

/// A database to plant things in, at the tests' moment.
@Loop
private struct Shop: Closable {
    let fixture: Fixture
    var now: Instant { fixture.now }

    init() async throws { fixture = try await Fixture() }

    /// A sale whose mail was sent.
    func sell(_ session: String, quantity: Int = 1) async throws {
        _ = try await fixture.apply(
            fixture.sale(session, quantity: quantity), fixture.entitlement(quantity), event: "evt_\(session)")
        try await run("UPDATE emails SET status = 'sent'")
    }

    func hear(_ update: PaymentUpdate, of session: String) async throws {
        _ = try await fixture.pool.run(
            PaymentEventStatements.record(update, of: "pi_\(session)", from: fixture.entry("evt_after_\(session)")),
            PaymentStatements.settle(
                "pi_\(session)", PaymentMails(at: now), mailLeasedUntil: now, by: "function:test", at: now))
    }

    func run(_ sql: SQL) async throws { _ = try await fixture.pool.run(Statement<Int>.affected(sql)) }

    func text(_ sql: SQL) async throws -> String {
        try await fixture.pool.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }

    func violations(_ invariant: Invariant) async throws -> Violations {
        try await fixture.pool.run(InvariantStatements.violations(of: invariant, quietHours: 6, at: now))
    }

    /// These and no other invariants are violated, in one case each, and the case is what `example` answers.
    func expect(_ expected: Set<Invariant>, example: SQL) async throws {
        let name = try await text(example)
        for invariant in Invariant.allCases {
            let found = try await violations(invariant)
            let wanted =
                expected.contains(invariant)
                ? Violations(count: 1, examples: [name]) : Violations(count: 0, examples: [])
            #expect(found == wanted, "\(invariant)")
        }
    }

    func close() { fixture.close() }
}

/// Runs `body` on the event loop with a shop of its own.
private func withShop(_ body: @escaping @Loop @Sendable (Shop) async throws -> Void) async throws {
    try await withOpen({ try await Shop() }, body)
}
