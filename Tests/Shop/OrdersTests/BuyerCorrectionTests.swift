import Audit
import EventLoop
import Fulfilment
import Kernel
import OrderMails
import Orders
import Outbox
import Postgres
import Support
import Testing

@Suite("Correction by the buyer", .freshDatabase)
struct BuyerCorrectionTests {
    @Test("the order moves to the new address, the waiting mail is replaced, and sent links stop working")
    func corrected() async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            let mails = try await fixture.correct(order, "Right@example.com", .buyer).mails
            #expect(mails.count == 1)
            #expect(try await fixture.addressees() == "right@example.com: Right@example.com, 1 of 3")
            #expect(
                try await fixture.outbox() == [
                    "receipt Buyer@example.com dead the address was put right", "receipt Right@example.com pending",
                ])
            let links = try await fixture.text(
                "SELECT count(*) FILTER (WHERE revoked_at IS NULL)::text FROM download_grants")
            #expect(links == "0")
            let leased = try await fixture.leased(mails)
            #expect(leased.map(\.recipient?.text) == ["Right@example.com"])
            let purchases = try await fixture.pool.run(PurchaseStatements.purchases(of: mails))
            #expect(purchases.map { $0.1.lines.flatMap(\.keys).count } == [1])
        }
    }

    @Test("the audit log records who, when, from where, and neither address whole")
    func audited() async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            _ = try await fixture.correct(order, "right@example.com", .buyer)
            let entries = try await fixture.pool.run(AuditStatements.newest(9, of: [order]))
            #expect(entries.map(\.actor) == ["customer", "function:webhook"])
            let entry = try #require(entries.first)
            #expect(entry.actor == "customer" && entry.action == "email.corrected" && entry.origin == "203.0.113.0")
            #expect(entry.details == #"{"to": "r…@example.com", "from": "B…@example.com"}"#)
            #expect(entry.at == fixture.now)
        }
    }

    @Test(
        "a buyer corrects within the hour, three times, while the order gives access",
        arguments: [
            ("UPDATE orders SET paid_at = paid_at - interval '3599 s'", true),
            ("UPDATE orders SET paid_at = paid_at - interval '3600 s'", false),
            ("UPDATE orders SET paid_at = NULL", false),
            ("UPDATE orders SET email_corrections = 2", true), ("UPDATE orders SET email_corrections = 3", false),
            ("UPDATE orders SET status = 'partially_refunded'", true),
            ("UPDATE orders SET status = 'refunded'", false), ("UPDATE orders SET status = 'disputed'", false),
            ("UPDATE licenses SET status = 'suspended'", false), ("UPDATE licenses SET status = 'revoked'", false),
        ])
    func rule(change: String, isAllowed: Bool) async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            try await execute(script: change)
            let before = try await fixture.everything()
            let outcome = try await fixture.correct(order, "right@example.com", .buyer)
            #expect((outcome == .beyondLimits) == !isAllowed)
            #expect(try await fixture.everything() == before || isAllowed)
        }
    }

    @Test("the seller corrects an order that is closed, without spending what the buyer may")
    func seller() async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            try await fixture.run("UPDATE orders SET status = 'refunded', paid_at = paid_at - interval '1 year'")
            try await fixture.run("UPDATE licenses SET status = 'revoked'")
            let outcome = try await fixture.correct(order, "right@example.com")
            #expect(outcome == .corrected(previous: "Buyer@example.com", mails: [], notice: nil))
            #expect(try await fixture.addressees() == "right@example.com: right@example.com, 0 of 3")
            let logged = try await fixture.pool.run(AuditStatements.newest(1, of: [order]))
            #expect(logged.first?.actor == "operator:eve")
            #expect(logged.first?.details.contains(#""reason": "asked by phone""#) == true)
        }
    }

    @Test("twenty corrections at once are three, one after the other, and one address gets the last mail")
    func atOnce() async throws {
        try await withFixture(poolSize: 10) { fixture in
            let order = try await fixture.buy("cs_1")
            let attempts = (0..<20).map { number in
                Loop.start { () async -> Bool? in
                    try? await fixture.correct(order, "right\(number)@example.com", .buyer) != .beyondLimits
                }
            }
            var corrected = 0
            for attempt in attempts {
                let outcome = await attempt.value
                #expect(outcome != nil)
                corrected += outcome == true ? 1 : 0
            }
            #expect(corrected == 3)
            let counts = try await fixture.text(
                """
                SELECT concat_ws(' ', (SELECT count(*) FROM emails WHERE status = 'pending' AND kind = 'receipt'),
                    (SELECT count(*) FROM audit_log WHERE actor = 'customer'), (SELECT count(*) FROM customers))
                """)
            #expect(counts == "1 3 4")
            let isLast = try await fixture.text(
                """
                SELECT (e.recipient = o.email)::text FROM emails e, orders o
                WHERE e.status = 'pending' AND e.kind = 'receipt'
                """)
            #expect(isLast == "true")
        }
    }

    @Test("corrections, repeated events and refunds of one order at once all come through")
    func together() async throws {
        try await withFixture(poolSize: 10) { fixture in
            let order = try await fixture.buy("cs_1")
            let sale = try fixture.sale("cs_1")
            let update = PaymentUpdate.refund(id: "re_1", amount: 100, .succeeded, at: fixture.now)
            let steps = (0..<30).map { number in
                Loop.start { () async -> Bool in
                    do {
                        switch number % 3 {
                        case 0: _ = try await fixture.correct(order, "Buyer@example.com", .buyer)
                        case 1: _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_s\(number)")
                        default: try await fixture.learn(update, of: "pi_cs_1", event: "evt_r\(number)")
                        }
                        return true
                    } catch { return false }
                }
            }
            for step in steps { #expect(await step.value) }
            let end = try await fixture.text("SELECT status || ' ' || email_corrections FROM orders")
            #expect(end == "partially_refunded 3")
        }
    }
}

extension Fixture {
    /// A paid order whose receipt has not been tried yet.
    func buy(_ session: String, email: String = "Buyer@example.com") async throws -> OrderID {
        var sale = try sale(session)
        sale.email = EmailAddress(email)
        let outcome = try await apply(sale, entitlement(), event: "evt_\(session)")
        try await run("UPDATE emails SET attempts = 0")
        return try #require(outcome.order)
    }

    /// Takes in what Stripe says of a payment, and what follows from it.
    func learn(_ update: PaymentUpdate, of payment: String, event: String) async throws {
        _ = try await pool.run(
            PaymentStatements.lock(payment),
            PaymentEventStatements.record(update, of: payment, from: entry(event)),
            PaymentStatements.settle(
                payment, PaymentMails(at: now), mailLeasedUntil: now + .seconds(60), by: "function:webhook", at: now))
    }

    /// The mails that the caller has leased.
    func leased(_ mails: [EmailID]) async throws -> [EmailJob] {
        try await pool.run(OutboxStatements.leased(mails, leaseUntil: now + .seconds(90), at: now))
    }

    func run(_ sql: SQL) async throws { _ = try await pool.run(Statement<Int>.affected(sql)) }

    func text(_ sql: SQL) async throws -> String {
        try await pool.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }

    /// Whose the only order is, by its customer and by itself, and how often the buyer corrected that.
    func addressees() async throws -> String {
        try await text(
            """
            SELECT format('%s: %s, %s of 3', lower(c.email), o.email, o.email_corrections)
            FROM orders o JOIN customers c ON c.id = o.customer_id
            """)
    }

    /// Every mail, in the order of the alphabet.
    func outbox() async throws -> [String] {
        try await pool.run(
            Statement<[String]>.rows("SELECT concat_ws(' ', kind, recipient, status, last_error) FROM emails") {
                row throws(PostgresFault) in try row.text(0)
            }
        ).sorted()
    }

    /// All that a correction could touch.
    func everything() async throws -> String {
        try await text(
            """
            SELECT concat_ws(E'\\n', (SELECT json_agg(o) FROM orders o), (SELECT json_agg(c) FROM customers c),
                (SELECT json_agg(e) FROM emails e), (SELECT json_agg(g) FROM download_grants g),
                (SELECT json_agg(a) FROM audit_log a))
            """)
    }
}
