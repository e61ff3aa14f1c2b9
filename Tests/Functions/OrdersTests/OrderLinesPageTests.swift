import EventLoop
import HTTP
import Orders
import Postgres
import Support
import Testing

@testable import OrdersFunction

private let session = "cs_test_a1b2c3d4e5"

@Suite("Order page of several lines", .freshDatabase)
struct OrderLinesPageTests {
    @Test("each product has its keys and files under its name, and the facts list every line with its price")
    func page() async throws {
        try await withOrderDesk { desk in
            try await addLines(desk)
            let text = await desk.page(session).text
            for part in [
                "GenX Delay, GenX Verb are yours", "<h2>Your license key for GenX Delay</h2>",
                "<h2>Your license keys for GenX Verb</h2>", "<h2>Your download for GenX Verb</h2>",
                "<dd>GenX Delay: 49.00 USD</dd>",
                "<dd>GenX Verb, 2 licenses: 52.00 USD (29.00 USD each), discount 6.00 USD</dd>",
                "<dt>Item</dt>\n      <dd>A shirt: 15.00 USD</dd>",
            ] {
                #expect(text.contains(part), "\(part) is missing")
            }
        }
    }

    @Test("a line that went back in full shows no key, and the notice names it")
    func closed() async throws {
        try await withOrderDesk { desk in
            try await addLines(desk)
            try await desk.run("UPDATE order_lines SET amount_refunded = amount_total WHERE position = 2")
            try await desk.run("UPDATE licenses SET status = 'revoked' WHERE line = 2")
            try await desk.run("UPDATE orders SET status = 'partially_refunded', amount_refunded = 5200")
            let text = await desk.page(session).text
            #expect(text.contains("That closed GenX Verb; everything on this page stays yours."))
            #expect(!text.contains("Your download for") && text.contains("<h2>Your license key</h2>"))
        }
    }

    @Test("programs read each line with its amounts, keys and download")
    func json() async throws {
        try await withOrderDesk { desk in
            try await addLines(desk)
            let text = await desk.get("/orders/\(session)", accept: "application/json").text
            #expect(text.contains(#""product":"GenX Delay, GenX Verb, A shirt","quantity":4"#))
            #expect(text.contains(#"{"line":2,"product":"GenX Verb","quantity":2,"unit_amount":{"minor_units":2900"#))
            #expect(text.contains(#""discount":{"minor_units":600"#))
            #expect(text.contains(#""product":"A shirt","quantity":1"#))
        }
    }

    @Test("what the buyer was charged in another currency stands beside the shop's amounts, for programs too")
    func presentment() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE orders SET presentment_amount = 7421, presentment_currency = 'jpy'")
            try await desk.run(
                """
                INSERT INTO refunds (stripe_refund_id, stripe_payment_intent_id, amount, status, stated_at,
                    presentment_amount, presentment_currency)
                SELECT 're_1', stripe_payment_intent_id, 1000, 'succeeded', now(), 1514, 'jpy' FROM orders
                """)
            try await desk.run("UPDATE orders SET status = 'partially_refunded', amount_refunded = 1000")
            let text = await desk.page(session).text
            #expect(text.contains("<dt>Paid</dt>\n      <dd>49.00 USD (7421 JPY)</dd>"))
            #expect(text.contains("<dt>Refunded</dt>\n      <dd>10.00 USD (1514 JPY)</dd>"))
            let json = await desk.get("/orders/\(session)", accept: "application/json").text
            #expect(json.contains(#""presentment_amount":{"minor_units":7421,"currency":"jpy""#))
            #expect(json.contains(#""presentment_refunded":{"minor_units":1514,"currency":"jpy""#))
        }
    }

    @Test("people read the order's number, which an order that is not paid lacks, and nobody reads its ID")
    func number() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session, .unpaid, event: "evt_0")
            let id = try await desk.text("SELECT id::text FROM orders")
            let unpaid = await desk.page(session).text
            #expect(!unpaid.contains("<dt>Order</dt>") && !unpaid.contains(id))
            try await desk.deliver(session, .paymentSucceeded)
            let text = await desk.page(session).text
            #expect(text.contains("<dt>Order</dt>\n      <dd>10001</dd>") && !text.contains(id))
            let json = await desk.get("/orders/\(session)", accept: "application/json").text
            #expect(json.contains(#""number":10001,"#))
        }
    }

    /// Adds two licenses of another product, and an item that the catalog does not know, to a paid order.
    @Loop
    private func addLines(_ desk: OrderDesk) async throws {
        try await desk.deliver(session)
        for sql: SQL in [
            """
            INSERT INTO products (id, shop_id, slug, name, key_prefix, activation_limit, download_limit, download_days)
            SELECT '01234567-0000-7000-8000-0000000000aa', id, 'genx-verb', 'GenX Verb', 'GENXV', 3, 2, 7 FROM shops
            """,
            """
            INSERT INTO order_lines (order_id, position, product_id, description, quantity, unit_amount, amount_discount,
                amount_total)
            SELECT o.id, l.position, l.product::uuid, l.description, l.quantity, l.unit, l.discount, l.total
            FROM orders o, (VALUES (2, '01234567-0000-7000-8000-0000000000aa', NULL, 2, 2900, 600, 5200),
                (3, NULL, 'A shirt', 1, 1500, 0, 1500)) AS l (position, product, description, quantity, unit, discount, total)
            """,
            """
            INSERT INTO licenses (id, order_id, line, product_id, status, key_version, key_hash, key_last_four, created_at)
            SELECT n.id::uuid, o.id, 2, '01234567-0000-7000-8000-0000000000aa', 'active', 1,
                decode(repeat(n.hash, 32), 'hex'), 'ABCD', now()
            FROM orders o, (VALUES ('01234567-0000-7000-8000-0000000000b1', '01'),
                ('01234567-0000-7000-8000-0000000000b2', '02')) AS n (id, hash)
            """,
            "UPDATE orders SET amount_total = 11600",
        ] {
            try await desk.run(sql)
        }
    }
}
