import EventLoop
import Fulfilment
import Kernel
import Postgres
import Support
import Testing

@Suite("Event of another shape", .freshDatabase)
struct EventShapeTests {
    @Test(
        "a sale is the same sale in whichever version of the API it is told",
        arguments: [
            // Source: <https://docs.stripe.com/changelog>; Stripe adds members to every version at any time.
            ("\"2020-03-02\"", #""display_items":[{"amount":4900,"currency":"usd","quantity":1,"type":"custom"}]"#),
            ("\"2022-08-01\"", #""shipping":null,"shipping_rate":null,"customer_creation":"always""#),
            ("\"2024-06-20\"", #""shipping_details":{"name":"Björk","address":{"country":null}},"invoice":null"#),
            ("\"2025-03-31.basil\"", #""collected_information":{"shipping_details":null},"discounts":[]"#),
            (
                "\"2031-01-01.oak\"",
                #""status":"complete","ui_mode":"telepathic","agent":{"deep":[[1,null,{"x":1.5e300}]]}"#
            ),
            ("null", #""payment_method_options":{"card":{"request_three_d_secure":"automatic"}}"#),
        ])
    func versions(version: String, members: String) async throws {
        try await withEventShop { shop in
            let event = SessionEvent(paymentIntent: #"{"id":"pi_1","object":"payment_intent","status":"new_word"}"#)
            try await shop.deliver(event.json(version, adding: members))
            expectCounts(try await shop.counts(), .oneSale())
            #expect(
                try await shop.text("SELECT status || ' ' || stripe_payment_intent_id FROM orders") == "paid pi_1")
            let told = try await shop.text("SELECT COALESCE('\"' || api_version || '\"', 'null') FROM webhook_events")
            #expect(told == version)
        }
    }

    @Test(
        "an event of 250 kB is handled and kept whole", arguments: ["checkout.session.completed", "customer.updated"])
    func large(type: String) async throws {
        try await withEventShop { shop throws in
            let padding = (0..<2_500).map { "\"key_\($0)\":\"\(String(repeating: "é", count: 46))\"" }
            let json = SessionEvent(type: type).json("null", adding: padding.joined(separator: ","))
            #expect(json.utf8.count > 250_000)
            try await shop.deliver(json)
            #expect(try await shop.counts().orders == (type == "customer.updated" ? 0 : 1))
            #expect(
                try await shop.text("SELECT octet_length(payload)::text FROM webhook_events")
                    == String(json.utf8.count))
        }
    }

    @Test("a NUL character in what the buyer typed does not lose the sale")
    func zeroCharacter() async throws {
        try await withEventShop { shop throws in
            let event = SessionEvent().json.replacing("Björk", with: #"Bj\u0000örk"#)
            try await shop.deliver(event)
            #expect(try await shop.text("SELECT name FROM customers") == "Björk")
            expectCounts(try await shop.counts(), .oneSale())
        }
    }

    @Test("a sale of ours that does not tell its amount is parked and not passed over")
    func incomplete() async throws {
        try await withEventShop { shop throws in
            let event = SessionEvent().json.replacing(#""amount_total": 4900"#, with: #""amount_total": null"#)
            try await shop.deliver(event)
            #expect(
                try await shop.text("SELECT status || ': ' || error FROM webhook_events")
                    == "parked: an amount paid and nothing sold: a sale without an amount")
            expectCounts(try await shop.counts(), Counts(events: 1))
        }
    }

    @Test(
        "an event that means nothing here is passed over, however its object looks in that version",
        arguments: [
            #"{"object":"charge"}"#, #"{"object":"payment_intent","id":"a/b","amount":"12"}"#,
            #"{"object":"checkout.session"}"#, #"{"object":"dispute","reason":[1]}"#, #"{"object":"balance"}"#,
        ])
    func unused(object: String) async throws {
        try await withEventShop { shop throws in
            let event =
                #"{"id":"evt_1","type":"something.new","created":1795201140,"livemode":false,"data":{"object":\#(object)}}"#
            try await shop.deliver(event)
            #expect(try await shop.text("SELECT status FROM webhook_events") == "ignored")
        }
    }
}

extension SessionEvent {
    /// The same in another version of the API, the session with more members.
    fileprivate func json(_ version: String, adding members: String) -> String {
        let mark = #""object": "checkout.session","#
        return json.replacing(#""2026-07-29.dahlia""#, with: version).replacing(mark, with: "\(mark) \(members),")
    }
}
