import EventLoop
import Fulfilment
import Kernel
import OrderMails
import Orders
import Outbox
import Postgres
import Support
import Testing

@Suite("Mails of a corrected address", .freshDatabase)
struct CorrectionMailTests {
    @Test("an address that received mail is notified, once, and not if only its capitals changed")
    func notice() async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            try await fixture.run("UPDATE emails SET status = 'sent'")
            _ = try await fixture.correct(order, "buyer@EXAMPLE.com", .buyer)
            #expect(
                try await fixture.outbox() == [
                    "receipt Buyer@example.com sent", "receipt buyer@EXAMPLE.com pending",
                ])
            let mails = try await fixture.correct(order, "right@example.com", .buyer).mails
            #expect(mails.count == 2)
            let leased = try await fixture.leased(mails)
            let purchases = try await fixture.pool.run(PurchaseStatements.purchases(of: mails))
            #expect(leased.count == 2 && purchases.map(\.1.order) == [order, order])
            _ = try await fixture.correct(order, "third@example.com", .buyer)
            #expect(
                try await fixture.outbox() == [
                    "address_changed buyer@EXAMPLE.com pending", "address_changed right@example.com pending",
                    "receipt Buyer@example.com sent",
                    "receipt buyer@EXAMPLE.com dead the address was put right",
                    "receipt right@example.com dead the address was put right", "receipt third@example.com pending",
                ])
        }
    }

    @Test(
        "an address whose mail is being sent may get it and is notified, and one whose mail waits is not",
        arguments: [
            (0, nil, false), (1, nil, true), (3, nil, true), (2, "could not connect to the mail server", false),
        ])
    func tried(attempts: Int, error: String?, isNotified: Bool) async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            try await fixture.run("UPDATE emails SET attempts = \(attempts)::integer, last_error = \(error)")
            _ = try await fixture.correct(order, "right@example.com", .buyer)
            let notices = try await fixture.outbox().filter { $0 == "address_changed Buyer@example.com pending" }
            #expect(notices.count == (isNotified ? 1 : 0))
        }
    }

    @Test("a pending mail about a refund goes to the new address as well")
    func refund() async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            try await fixture.learn(
                .refund(id: "re_1", amount: 100, .succeeded, at: fixture.now), of: "pi_cs_1", event: "evt_2")
            try await fixture.run("UPDATE emails SET attempts = 0")
            let mails = try await fixture.correct(order, "right@example.com", .buyer).mails
            #expect(mails.count == 2)
            #expect(
                try await fixture.outbox() == [
                    "receipt Buyer@example.com dead the address was put right", "receipt right@example.com pending",
                    "refund_confirmed Buyer@example.com dead the address was put right",
                    "refund_confirmed right@example.com pending",
                ])
        }
    }

    @Test("the new address's customer and other orders of the old one stay as they were")
    func customers() async throws {
        try await withFixture { fixture in
            let wrong = try await fixture.buy("cs_1")
            _ = try await fixture.buy("cs_12")
            _ = try await fixture.buy("cs_123", email: "right@example.com")
            try await fixture.run("UPDATE customers SET name = 'Right' WHERE email = 'right@example.com'")
            _ = try await fixture.correct(wrong, "RIGHT@example.com", .buyer)
            let rows = try await fixture.pool.run(
                Statement<[String]>.rows(
                    """
                    SELECT concat_ws(' ', o.stripe_session_id, c.email, c.name)
                    FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.stripe_session_id
                    """
                ) { row throws(PostgresFault) in try row.text(0) })
            #expect(
                rows == [
                    "cs_1 right@example.com Right", "cs_12 Buyer@example.com Björk", "cs_123 right@example.com Right",
                ])
        }
    }

    @Test("a mail to the old address that is queued afterwards has no content")
    func slippedIn() async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            _ = try await fixture.correct(order, "right@example.com", .buyer)
            try await fixture.run("DELETE FROM emails")
            for kind in ["receipt", "resend"] {
                try await fixture.run(
                    """
                    INSERT INTO emails (id, order_id, kind, recipient, status, next_attempt_at, created_at)
                    VALUES (\(EmailID(at: fixture.now)), \(order), \(kind), 'Buyer@example.com', 'pending',
                        \(fixture.now), \(fixture.now))
                    """)
            }
            let claimed = try await fixture.pool.run(
                OutboxStatements.claim(limit: 9, leaseUntil: fixture.now + .seconds(60), at: fixture.now))
            let purchases = try await fixture.pool.run(PurchaseStatements.purchases(of: claimed.map(\.id)))
            #expect(claimed.count == 2 && purchases.isEmpty)
        }
    }

    @Test("an order without an address gets one, and its first mail")
    func firstAddress() async throws {
        try await withFixture { fixture in
            var sale = try fixture.sale("cs_1")
            sale.email = nil
            let outcome = try await fixture.apply(sale, fixture.entitlement(), event: "evt_1")
            #expect(outcome.lacksAddress)
            let mails = try await fixture.correct(try #require(outcome.order), "right@example.com", .buyer).mails
            #expect(mails.count == 1)
            #expect(try await fixture.outbox() == ["receipt right@example.com pending"])
            #expect(try await fixture.addressees() == "right@example.com: right@example.com, 1 of 3")
            let details = try await fixture.text("SELECT details::text FROM audit_log WHERE actor = 'customer'")
            #expect(details == #"{"to": "r…@example.com"}"#)
        }
    }
}
