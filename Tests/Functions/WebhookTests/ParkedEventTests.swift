import EventLoop
import HTTP
import Kernel
import Postgres
import Support
import Testing

@testable import WebhookFunction

/// What our own rules refuse for good: a repeat would be refused as well, so Stripe is told that it arrived.
@Suite("Parked events", .freshDatabase)
struct ParkedEventTests {
    private static let alert = #""severity":"ERROR""#

    @Test(
        "what our rules refuse is 200, parked with its reason, and one alert however often it comes",
        arguments: refusedEvents)
    func refused(event: Told) async throws {
        try await withShop(answering: "404") { shop throws in
            for _ in 1...3 { #expect(try await shop.deliver(event.json).status == 200) }
            #expect(try await shop.text("SELECT status FROM webhook_events") == "parked")
            let reason = try await shop.text("SELECT error FROM webhook_events")
            #expect(reason.contains(event.reason), "\(reason)")
            #expect(shop.log.text.count(of: Self.alert) == 1, "\(shop.log.text)")
            expectCounts(try await shop.counts(), Counts(events: 1))
        }
    }

    @Test("what is another program's, or pays for nothing, is ignored without a word", arguments: ignoredEvents)
    func ignored(event: Told) async throws {
        try await withShop(answering: "404") { shop throws in
            try await shop.addProduct()
            for _ in 1...2 { #expect(try await shop.deliver(event.json).status == 200) }
            #expect(try await shop.text("SELECT status FROM webhook_events") == "ignored")
            #expect(shop.log.text.count(of: Self.alert) == 0, "\(shop.log.text)")
            expectCounts(try await shop.counts(), Counts(events: 1))
        }
    }

    @Test("a paid session that sells nothing of ours is an alert with its amount and currency")
    func unsold() async throws {
        try await withShop(answering: "404") { shop throws in
            let event = SessionEvent(amount: 12_300, metadata: "{}", lineItems: items("price_of_others"))
            for _ in 1...2 { #expect(try await shop.deliver(event.json).status == 200) }
            #expect(shop.log.text.count(of: Self.alert) == 1, "\(shop.log.text)")
            #expect(shop.log.text.contains(#""amount":12300,"currency":"usd""#), "\(shop.log.text)")
            let kept = try await shop.text("SELECT status || ': ' || error FROM webhook_events")
            #expect(kept == "parked: 123.00 USD paid and nothing sold: no item of it is in the catalog")
            expectCounts(try await shop.counts(), Counts(events: 1))
        }
    }

    @Test("a paid session whose items Stripe does not tell is an alert with its amount and currency as well")
    func unknownItems() async throws {
        try await withShop(answering: "404") { shop throws in
            #expect(try await shop.deliver(SessionEvent(metadata: "{}").json).status == 200)
            #expect(shop.log.text.contains(#""amount":4900,"currency":"usd""#), "\(shop.log.text)")
        }
    }

    @Test(
        "an object that Stripe refuses is parked; a key without the right, a limit and a fault at Stripe are 5xx",
        arguments: ["400", "402", "404", "410", "422", "401", "403", "409", "429", "500", "503"])
    func stripe(status: String) async throws {
        try await withShop(answering: status) { shop throws in
            let event = SessionEvent(metadata: "{}").json
            let refusal = await refusal { try await shop.deliver(event) }
            let isFinal = ["400", "402", "404", "410", "422"].contains(status)
            #expect((refusal?.problem.status ?? 200) / 100 == (isFinal ? 2 : 5))
            #expect(try await shop.text("SELECT status FROM webhook_events") == (isFinal ? "parked" : "failed"))
        }
    }

    @Test("a key that cannot be made is 5xx: it is made when the shop is put in order")
    func keys() async throws {
        try await withShop { shop throws in
            try await shop.run("UPDATE products SET key_prefix = '-'")
            #expect(await refusal { try await shop.deliver(SessionEvent().json) } == .failed)
            #expect(try await shop.text("SELECT status FROM webhook_events") == "failed")
        }
    }

    @Test("a session that names a pending order of another shop leaves that order as it is")
    func otherShop() async throws {
        try await withShop { shop throws in
            let order = "019aa2b1-0000-7000-8000-000000000002"
            try await execute(
                script: """
                    INSERT INTO shops (id, name, support_email, sender)
                    VALUES ('019aa2b1-0000-7000-8000-00000000000f', 'Other', 'b@shop.example', 'B <b@shop.example>');
                    INSERT INTO orders (id, shop_id, status, currency, amount_total, livemode, created_at)
                    VALUES ('\(order)', '019aa2b1-0000-7000-8000-00000000000f', 'pending', 'usd', 4900, false, now());
                    """)
            let event = SessionEvent(metadata: StripeStub.metadata(try #require(OrderID(order))))
            for _ in 1...2 { #expect(try await shop.deliver(event.json).status == 200) }
            #expect(try await shop.text("SELECT status FROM webhook_events") == "parked")
            #expect(try await shop.text("SELECT string_agg(status, ' ') FROM orders") == "pending")
            #expect(shop.log.text.count(of: Self.alert) == 1, "\(shop.log.text)")
            #expect(try await shop.counts().licenses == 0)
        }
    }

    @Test("a parked event that fails for a passing reason stays parked, and is processed when it can be")
    func again() async throws {
        try await withShop { shop throws in
            let event = SessionEvent(metadata: "{}", lineItems: items("price_new")).json
            _ = try await shop.deliver(event)
            try await shop.addProduct()
            try await shop.run("ALTER TABLE licenses RENAME TO away")
            #expect(await refusal { try await shop.deliver(event) } != nil)
            #expect(try await shop.text("SELECT status FROM webhook_events") == "parked")
            try await shop.run("ALTER TABLE away RENAME TO licenses")
            #expect(try await shop.deliver(event).status == 200)
            #expect(try await shop.text("SELECT status || coalesce(error, '') FROM webhook_events") == "processed")
            expectCounts(try await shop.counts(), .oneSale())
        }
    }
}

/// Runs `body` with a shop that reaches a Stripe which answers every call with `status`.
func withShop(
    answering status: String, _ body: @escaping @Loop @Sendable (TestShop) async throws -> Void
) async throws {
    let stripe = try await ScriptedServer.start("stripe_script.py", status)
    let own = await ["STRIPE_API_BASE": "http://127.0.0.1:\(stripe.port)"]
    try await withOpen({ try await TestShop(own, stripeTime: .seconds(2)) }, body)
}

/// An event, and a part of the reason that the ledger keeps.
struct Told: Sendable, CustomTestStringConvertible {
    let json: String
    let reason: String

    private init(json: String, reason: String) {
        self.json = json
        self.reason = reason
    }

    init(_ event: SessionEvent, _ reason: String = "", exchanging old: String = "", for new: String = "") {
        self.init(json: old.isEmpty ? event.json : event.json.replacing(old, with: new), reason: reason)
    }

    /// An event about another object than a session.
    init(_ type: String, _ object: String, _ reason: String = "", account: String = "null") {
        self.init(
            json: """
                {"id":"evt_1","object":"event","api_version":"2026-07-29.dahlia","created":1795201140,"livemode":false,
                 "account":\(account),"type":"\(type)","data":{"object":\(object)}}
                """, reason: reason)
    }

    var testDescription: String { "\(reason) \(json.count)" }
}

/// Line items of one unit of each price.
func items(_ prices: String...) -> String {
    let items = prices.map { #"{"id":"li_1","object":"item","price":{"id":"\#($0)"},"quantity":1}"# }
    return #"{"data":[\#(items.joined(separator: ","))],"has_more":false}"#
}

private let refund = #"""
    {"id":"re_1","object":"refund","amount":4900,"currency":"usd","status":"succeeded","charge":"ch_1",
     "payment_intent":"pi_1","created":1795201140,"metadata":{}}
    """#
private let dispute = #"""
    {"id":"dp_1","object":"dispute","amount":4900,"currency":"usd","status":"lost","charge":"ch_1",
     "payment_intent":"pi_1","created":1795201140}
    """#
private let charge = #"""
    {"id":"ch_1","object":"charge","amount":4900,"amount_refunded":4900,"refunded":true,"currency":"usd",
     "payment_intent":"pi_1","metadata":{}}
    """#

private let refusedEvents = [
    Told(SessionEvent(paymentStatus: "promised"), "payment_status is not known"),
    Told(SessionEvent(mode: "barter"), "mode is not known"),
    Told(SessionEvent(), "status is not known", exchanging: #""status": "complete""#, for: #""status": "frozen""#),
    Told(SessionEvent(mode: "barter", metadata: "{}", lineItems: items("price_1")), "mode is not known"),
    Told(SessionEvent(metadata: #"{"latchkey_product":"of-elsewhere","latchkey_quantity":"1"}"#), "status=404"),
    Told(
        SessionEvent(
            metadata: #"{"latchkey_product":"of-elsewhere","latchkey_quantity":"1"}"#, lineItems: items("price_9")),
        "49.00 USD paid and nothing sold"),
    Told(SessionEvent(metadata: "{}"), "status=404"),
    Told(SessionEvent(amount: -1), "amount_total"), Told(SessionEvent(amount: .max), "amount_total"),
    Told(
        SessionEvent(), "a sale without an amount", exchanging: #""currency": "usd""#, for: #""currency": "doubloon""#),
    Told(SessionEvent(metadata: #"{"latchkey_product":"genx-delay","latchkey_quantity":"2000000"}"#), "2000000 units"),
    Told(
        SessionEvent(
            paymentStatus: "unpaid",
            metadata: #"{"latchkey_product":"genx-delay","latchkey_quantity":"3000000000"}"#),
        "a sale of 3000000000 units"),
    Told(
        SessionEvent(metadata: "{}", lineItems: items("price_1")), "units", exchanging: #""quantity":1"#,
        for: #""quantity":2000000"#),
    Told(SessionEvent(), "created", exchanging: "1795201140", for: "9000000000000"),
    Told(SessionEvent(), "created", exchanging: "1795201140", for: "-9223372036854775808"),
    Told(SessionEvent(), "data.object.created", exchanging: "1795201100", for: "9223372036854775807"),
    Told(SessionEvent(), "livemode", exchanging: #""livemode": false"#, for: #""livemode": "no""#),
    Told(SessionEvent(session: String(repeating: "cs_", count: 100)), "data.object.id"),
    Told(SessionEvent(id: #"evt\u0000"#), "id"), Told(SessionEvent(id: String(repeating: "evt_", count: 900)), "id"),
    Told(SessionEvent(), "connected account", exchanging: #""pending_webhooks": 1"#, for: #""account": "acct_1""#),
    Told("charge.refunded", charge, "connected account", account: #""acct_1""#),
    Told("refund.updated", refund.replacing("succeeded", with: "evaporated"), "a refund's status that is not known"),
    Told("charge.dispute.closed", dispute.replacing("lost", with: "drawn"), "a dispute's status that is not known"),
    Told("refund.created", refund.replacing("4900", with: "-4900"), "amount"),
    Told("refund.created", refund.replacing("4900", with: "9223372036854775807"), "amount"),
    Told("refund.created", refund.replacing("usd", with: "doubloon"), "currency"),
    Told("charge.dispute.created", dispute.replacing(#""payment_intent":"pi_1","#, with: ""), "status=404"),
    Told(
        "radar.early_fraud_warning.created", #"{"id":"issfr_1","object":"radar.early_fraud_warning","charge":"ch_9"}"#,
        "status=404"),
    Told(
        "payment_intent.payment_failed",
        #"""
        {"id":"pi_1","object":"payment_intent","last_payment_error":{"code":"a\u0000b"},
         "metadata":{"latchkey_order":"019aa2b1-0000-7000-8000-000000000001","latchkey_product":"genx-delay",
         "latchkey_quantity":"1"}}
        """#,
        "SQLSTATE 22021"),
]

private let ignoredEvents = [
    Told(SessionEvent(paymentStatus: "promised", mode: "subscription", metadata: "{}")),
    Told(
        SessionEvent(mode: "setup", metadata: "{}"), exchanging: #""status": "complete""#, for: #""status": "frozen""#),
    Told(SessionEvent(paymentStatus: "promised", metadata: "{}", lineItems: items("price_9"))),
    Told(SessionEvent(type: "checkout.session.expired", paymentStatus: "unpaid", metadata: "{}")),
    Told(SessionEvent(type: "checkout.session.expired", metadata: "{}", lineItems: items("price_1", "price_new"))),
    Told(SessionEvent(paymentStatus: "unpaid", metadata: "{}")),
    Told(SessionEvent(type: "checkout.session.async_payment_failed", metadata: "{}")),
    Told(SessionEvent(type: "checkout.session.async_payment_failed", metadata: "{}", lineItems: items("price_9"))),
    Told(SessionEvent(amount: 0, paymentStatus: "no_payment_required", metadata: "{}", lineItems: items("price_9"))),
    Told(
        SessionEvent(type: "checkout.session.expired"), exchanging: #""pending_webhooks": 1"#,
        for: #""account": "acct_1""#),
    Told("customer.created", #"{"object":"customer"}"#, account: #""acct_1""#),
    Told("customer.\\u0000" + String(repeating: "x", count: 9_000), #"{"object":"customer"}"#),
]
