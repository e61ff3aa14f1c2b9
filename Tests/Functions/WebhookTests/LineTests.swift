import EventLoop
import Postgres
import Support
import Testing

@Suite("Sales of several lines", .freshDatabase)
struct LineTests {
    private static func items(_ items: String...) -> String {
        #"{"object":"list","data":[\#(items.joined(separator: ","))],"has_more":false}"#
    }

    private static let delay =
        #"{"id":"li_1","object":"item","quantity":1,"amount_total":4900,"price":{"id":"price_1"}}"#
    private static let new =
        #"{"id":"li_2","object":"item","quantity":1,"amount_total":4900,"price":{"id":"price_new"}}"#
    private static let shirt =
        #"{"id":"li_3","object":"item","quantity":1,"amount_total":1500,"description":"A shirt","price":{"id":"price_s"}}"#

    /// Sells one of each of two products through a payment link.
    @Loop
    private func sellBoth(_ shop: TestShop) async throws {
        try await shop.addProduct()
        _ = try await shop.deliver(
            SessionEvent(amount: 9800, metadata: "{}", lineItems: Self.items(Self.delay, Self.new)).json)
    }

    @Test("two items of one product are two lines, with a license for each unit")
    func itemsOfOneProduct() async throws {
        try await withShop { shop in
            _ = try await shop.deliver(SessionEvent(metadata: "{}", lineItems: lineItems("price_1", "price_1")).json)
            expectCounts(
                try await shop.counts(),
                Counts(orders: 1, lines: 2, customers: 1, licenses: 4, grants: 2, emails: 1, events: 1))
        }
    }

    @Test("a session with two products is one order with a line, the licenses and a link of each")
    func itemsOfTwoProducts() async throws {
        try await withShop { shop in
            try await shop.addProduct()
            _ = try await shop.deliver(SessionEvent(metadata: "{}", lineItems: lineItems("price_1", "price_new")).json)
            let lines = try await shop.text(
                """
                SELECT string_agg(concat_ws(' ', i.position, p.slug, i.quantity,
                    (SELECT count(*) FROM licenses l WHERE l.order_id = i.order_id AND l.line = i.position
                        AND l.product_id = i.product_id AND l.status = 'active'),
                    (SELECT count(*) FROM download_grants g WHERE g.order_id = i.order_id AND g.line = i.position)),
                    '; ' ORDER BY i.position)
                FROM order_lines i JOIN products p ON p.id = i.product_id
                """)
            #expect(lines == "1 genx-delay 2 2 1; 2 genx-new 2 2 1")
        }
    }

    @Test("a session that also holds what the catalog does not know sells what it knows, and is an error in the log")
    func unknown() async throws {
        try await withShop { shop in
            let event = SessionEvent(amount: 6400, metadata: "{}", lineItems: Self.items(Self.delay, Self.shirt))
            _ = try await shop.deliver(event.json)
            let lines = try await shop.text(
                """
                SELECT string_agg(concat_ws(' ', i.position, p.slug, i.description, i.amount_total), '; ' ORDER BY i.position)
                FROM order_lines i LEFT JOIN products p ON p.id = i.product_id
                """)
            #expect(lines == "1 genx-delay 4900; 2 A shirt 1500")
            #expect(try await shop.text("SELECT count(*)::text FROM licenses") == "1")
            #expect(shop.log.text.contains(#""severity":"ERROR""#))
            #expect(shop.log.text.contains(#""message":"a paid session holds what the catalog does not know""#))
            #expect(shop.log.text.contains(#""unknown_amount":1500"#))
        }
    }

    @Test(
        "what was paid is compared with what was ordered, and a difference is an error in the log",
        arguments: [
            (#""latchkey_quantity":"1""#, 1), (#""latchkey_quantity":"1""#, 9800), (#""latchkey_quantity":"2""#, 4900),
            (#""latchkey_quantity":"1","latchkey_ordered":"4900 eur""#, 4900),
            (#""latchkey_quantity":"1","latchkey_ordered":"5900 usd""#, 4900),
        ])
    func otherAmount(metadata: String, amount: Int) async throws {
        try await withShop { shop in
            let items = Self.items(
                #"{"id":"li_1","object":"item","quantity":1,"amount_total":\#(amount),"price":{"id":"price_1"}}"#)
            let event = SessionEvent(
                amount: amount, metadata: #"{"latchkey_product":"genx-delay",\#(metadata)}"#, lineItems: items)
            _ = try await shop.deliver(event.json)
            _ = try await shop.deliver(event.json)
            #expect(try await shop.text("SELECT status || ' ' || amount_total FROM orders") == "paid \(amount)")
            #expect(try await shop.text("SELECT amount_total::text FROM order_lines") == "\(amount)")
            let alerts = shop.log.text.split(separator: #""message":"the amount paid is not the order's""#).count - 1
            #expect(alerts == 1)
        }
    }

    @Test("a second product that Stripe added to a session of ours is sold too, and is an error in the log")
    func crossSell() async throws {
        try await withShop { shop in
            try await shop.addProduct()
            _ = try await shop.deliver(
                SessionEvent(amount: 9800, lineItems: Self.items(Self.delay, Self.new)).json)
            let licenses = try await shop.text(
                "SELECT string_agg(line || ' ' || status, ', ' ORDER BY line) FROM licenses")
            #expect(licenses == "1 active, 2 active")
            #expect(shop.log.text.contains(#""message":"the amount paid is not the order's""#))
        }
    }

    @Test("a product without keys is sold as the right alone, and its receipt goes out with its link")
    func withoutKey() async throws {
        try await withShop { shop in
            try await shop.run("UPDATE products SET key_prefix = NULL")
            _ = try await shop.deliver(SessionEvent().json)
            let license = try await shop.text(
                "SELECT concat_ws(' ', status, num_nonnulls(key_version, key_hash, key_last_four)) FROM licenses")
            #expect(license == "active 0")
            #expect(try await shop.text("SELECT status FROM emails") == "sent")
            #expect(try await shop.text("SELECT count(*)::text FROM download_grants") == "1")
        }
    }

    @Test("a price with a discount or a tax is the ordered one, without a word in the log")
    func discounted() async throws {
        try await withShop { shop in
            _ = try await shop.deliver(SessionEvent(amount: 4000, subtotal: 4900).json)
            #expect(!shop.log.text.contains("ERROR"))
        }
    }

    @Test("a dispute over a part closes every line, and the receipt of the sale shows each with its own key and link")
    func dispute() async throws {
        try await withShop { shop in
            try await sellBoth(shop)
            let dispute = """
                {"id":"evt_2","object":"event","api_version":"2026-07-29.dahlia","created":1795201200,"livemode":false,
                 "type":"charge.dispute.created","data":{"object":{"id":"dp_1","object":"dispute","amount":1000,
                 "currency":"usd","charge":"ch_1","payment_intent":"pi_1","status":"needs_response"}}}
                """
            _ = try await shop.deliver(dispute)
            let licenses = try await shop.text(
                "SELECT string_agg(line || ' ' || status, ', ' ORDER BY line) FROM licenses")
            #expect(licenses == "1 suspended, 2 suspended")
            #expect(
                try await shop.text("SELECT kind FROM emails ORDER BY created_at DESC LIMIT 1") == "access_suspended")
        }
    }

    @Test("a refund that fits no line leaves them open and is an error in the log; one that names its line closes it")
    func refunds() async throws {
        try await withShop { shop in
            try await sellBoth(shop)
            func refund(_ number: Int, _ amount: Int, _ metadata: String) -> String {
                """
                {"id":"evt_r\(number)","object":"event","api_version":"2026-07-29.dahlia","created":1795201300,
                 "livemode":false,"type":"refund.created","data":{"object":{"id":"re_\(number)","object":"refund",
                 "amount":\(amount),"currency":"usd","charge":"ch_1","payment_intent":"pi_1","status":"succeeded",
                 "created":1795201300,"metadata":\(metadata)}}}
                """
            }
            let state: SQL = """
                SELECT string_agg(concat_ws(' ', i.position, i.amount_refunded, l.status), ', ' ORDER BY i.position)
                FROM order_lines i JOIN licenses l ON l.order_id = i.order_id AND l.line = i.position
                """
            _ = try await shop.deliver(refund(1, 1000, "{}"))
            #expect(try await shop.text(state) == "1 0 active, 2 0 active")
            #expect(shop.log.text.contains(#""message":"a refund fits no line of its order""#))
            #expect(shop.log.text.contains(#""unallocated":1000"#))
            _ = try await shop.deliver(refund(2, 4900, #"{"latchkey_lines":"2=4900"}"#))
            // The part that fitted neither line belongs to the only one that is left.
            #expect(try await shop.text(state) == "1 1000 active, 2 4900 revoked")
            let mails = try await shop.text(
                "SELECT string_agg(kind, ' ' ORDER BY created_at, kind) FROM emails WHERE kind <> 'receipt'")
            #expect(mails == "refund_confirmed refund_confirmed")
        }
    }
}
