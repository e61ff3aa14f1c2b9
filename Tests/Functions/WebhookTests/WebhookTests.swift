import EventLoop
import Fulfilment
import HTTP
import Kernel
import Log
import Outbox
import Postgres
import Settings
import Stripe
import StripeClient
import Support
import Synchronization
import Testing

@testable import WebhookFunction

@Suite("Webhook", .freshDatabase)
struct WebhookTests {
    @Test("a delivery that is not Stripe's is 400 and leaves nothing but a log line", arguments: Forgery.allCases)
    func forged(forgery: Forgery) async throws {
        try await withShop { shop throws in
            let body = SessionEvent().json
            let refusal = await refusal { try await shop.webhook(forgery.request(body)) }
            #expect(refusal?.problem.status == 400)
            expectCounts(try await shop.counts(), Counts())
            #expect(shop.log.text.contains("a delivery was not Stripe's"))
            #expect(!shop.log.text.contains("v1="))
        }
    }

    @Test(
        "a signed event that cannot be read is 400 and changes nothing",
        arguments: ["{", "[]", #"{"id":"evt_1"}"#, "\u{FEFF}"])
    func unreadable(body: String) async throws {
        try await withShop { shop throws in
            let refusal = await refusal { try await shop.deliver(body) }
            #expect(refusal?.problem.status == 400)
            expectCounts(try await shop.counts(), Counts())
        }
    }

    @Test("a paid session is answered 200 and is one order, one license, one grant, one mail")
    func paid() async throws {
        try await withShop { shop in
            let response = try await shop.deliver(SessionEvent().json)
            #expect(response.status == 200)
            expectCounts(try await shop.counts(), .oneSale())
        }
    }

    @Test("a hundred copies at once are one sale, and every copy is answered 200")
    func copies() async throws {
        try await withShop(poolSize: 16) { shop throws in
            let copies = (0..<100).map { _ in
                Loop.start { () async -> Int? in try? await shop.deliver(SessionEvent().json).status }
            }
            for copy in copies { #expect(await copy.value == 200) }
            expectCounts(try await shop.counts(), .oneSale())
        }
    }

    @Test("a mail server that is down does not lose the sale: 200, and the mail waits")
    func mailServerDown() async throws {
        try await withShop(smtp: "smtp://127.0.0.1:1") { shop in
            #expect(try await shop.deliver(SessionEvent().json).status == 200)
            let waiting = try await shop.text(
                "SELECT status || ' ' || attempts || ' ' || (next_attempt_at > now()) FROM emails")
            #expect(waiting == "pending 1 true")
            #expect(shop.log.text.contains("mail postponed"))
        }
    }

    @Test("the mail that is sent at once is noted as sent, and the log holds neither key nor address")
    func mailSent() async throws {
        try await withShop { shop in
            _ = try await shop.deliver(SessionEvent().json)
            #expect(try await shop.text("SELECT status FROM emails") == "sent")
            #expect(shop.log.text.split(separator: #""message":"sale made""#).count == 2)
            #expect(
                shop.log.text.contains(#""quantity":1,"amount":4900,"currency":"usd","status":"paid","live":false"#))
            #expect(!shop.log.text.contains("GENX-"))
            #expect(!shop.log.text.contains("buyer@example.com"))
            #expect(!shop.log.text.contains("cs_test_"))
        }
    }

    @Test("an unpaid session waits; the payment that comes later makes the sale")
    func delayed() async throws {
        try await withShop { shop in
            _ = try await shop.deliver(SessionEvent(id: "evt_1", paymentStatus: "unpaid").json)
            #expect(try await shop.text("SELECT status FROM orders") == "awaiting_payment")
            expectCounts(try await shop.counts(), Counts(orders: 1, lines: 1, customers: 1, events: 1))
            _ = try await shop.deliver(SessionEvent(id: "evt_2", type: "checkout.session.async_payment_succeeded").json)
            #expect(try await shop.text("SELECT status FROM orders") == "paid")
            expectCounts(try await shop.counts(), .oneSale(events: 2))
        }
    }

    @Test(
        "an event that means nothing here is recorded as ignored and answered 200",
        arguments: [
            SessionEvent(type: "customer.created"), SessionEvent(mode: "subscription"), SessionEvent(isLive: true),
            SessionEvent(type: "something.new.entirely"),
            SessionEvent(type: "checkout.session.expired", metadata: "{}"),
        ])
    func ignored(event: SessionEvent) async throws {
        try await withShop { shop throws in
            #expect(try await shop.deliver(event.json).status == 200)
            #expect(try await shop.text("SELECT status FROM webhook_events") == "ignored")
            expectCounts(try await shop.counts(), Counts(events: 1))
        }
    }

    @Test("a payment link's session, of an order never seen, is fulfilled from its items")
    func paymentLink() async throws {
        try await withShop { shop in
            let items =
                #"{"data":[{"id":"li_1","object":"item","price":{"id":"price_1"},"quantity":2}],"has_more":false}"#
            _ = try await shop.deliver(SessionEvent(metadata: "{}", lineItems: items).json)
            expectCounts(try await shop.counts(), .oneSale(licenses: 2))
        }
    }

    @Test(
        "a product that came to the catalog a moment ago is sold, although the catalog was read before",
        arguments: [
            SessionEvent(
                id: "evt_2", session: "cs_test_2", amount: 9800,
                metadata: #"{"latchkey_product":"genx-new","latchkey_quantity":"2"}"#),
            SessionEvent(id: "evt_2", session: "cs_test_2", metadata: "{}", lineItems: lineItems("price_new")),
        ])
    func newProduct(event: SessionEvent) async throws {
        try await withShop { shop in
            _ = try await shop.deliver(SessionEvent().json)
            try await shop.addProduct()
            _ = try await shop.deliver(event.json)
            expectCounts(
                try await shop.counts(),
                Counts(orders: 2, lines: 2, customers: 1, licenses: 3, grants: 2, emails: 2, events: 2))
        }
    }

    @Test("a session that was none of ours is sold when it comes again and is")
    func ignoredBefore() async throws {
        try await withShop { shop in
            let event = SessionEvent(metadata: "{}", lineItems: lineItems("price_new"))
            _ = try await shop.deliver(event.json)
            #expect(try await shop.text("SELECT status FROM webhook_events") == "parked")
            try await shop.addProduct()
            _ = try await shop.deliver(event.json)
            #expect(
                try await shop.text("SELECT status || ' ' || (error IS NULL) FROM webhook_events") == "processed true")
            expectCounts(try await shop.counts(), .oneSale(licenses: 2))
        }
    }

    @Test("a sale for nothing is a sale")
    func nothingToPay() async throws {
        try await withShop { shop in
            let event = SessionEvent(
                amount: 0, subtotal: 4900, paymentIntent: "null", paymentStatus: "no_payment_required")
            _ = try await shop.deliver(event.json)
            #expect(try await shop.text("SELECT status || ' ' || amount_total FROM orders") == "paid 0")
            #expect(try await shop.text("SELECT status FROM emails") == "sent")
        }
    }

    @Test(
        "a buyer whom no mail can reach is an error in the log, the sale stands, and the seller can read what was given",
        arguments: ["", "björk at exämple.se", "björk@ex ämple.se"])
    func noAddress(email: String) async throws {
        try await withShop { shop throws in
            #expect(try await shop.deliver(SessionEvent(email: email).json).status == 200)
            expectCounts(try await shop.counts(), Counts(orders: 1, lines: 1, licenses: 1, grants: 1, events: 1))
            #expect(shop.log.text.contains("a paid order has no address to send its keys to"))
            #expect(!shop.log.text.contains("björk"))
            #expect(try await shop.text("SELECT stated_email FROM orders WHERE email IS NULL") == email)
        }
    }

    @Test(
        "the receipt goes to a domain beyond ASCII, in any of its forms, and all are one customer's",
        arguments: ["anna@bücher.example", "anna@BÜCHER。example", "anna@xn--bcher-kva.example"])
    func internationalDomain(email: String) async throws {
        let server = try await ScriptedServer.start("smtp_server.py")
        try await withShop(smtp: "smtp+plain://127.0.0.1:\(server.port)") { shop throws in
            #expect(try await shop.deliver(SessionEvent(email: email).json).status == 200)
            try await server.said("mail orders@shop.example anna@xn--bcher-kva.example")
            #expect(
                try await shop.text(
                    "SELECT concat_ws(' ', o.email, c.email) FROM orders o JOIN customers c ON c.id = customer_id")
                    == "anna@xn--bcher-kva.example anna@xn--bcher-kva.example")
            let other = SessionEvent(
                id: "evt_2", session: "cs_test_2", paymentIntent: #""pi_2""#, email: "Anna@bu\u{308}cher.example")
            #expect(try await shop.deliver(other.json).status == 200)
            #expect(try await shop.text("SELECT count(*)::text FROM customers") == "1")
            #expect(!shop.log.text.contains(#""severity":"ERROR""#))
        }
    }

    @Test(
        "a local part beyond ASCII gets its receipt from a server with SMTPUTF8, and is loud and shown with any other",
        arguments: [true, false])
    func internationalLocalPart(hasSMTPUTF8: Bool) async throws {
        let server = try await ScriptedServer.start("smtp_server.py", hasSMTPUTF8 ? ["utf8"] : [])
        try await withShop(smtp: "smtp+plain://127.0.0.1:\(server.port)") { shop throws in
            #expect(try await shop.deliver(SessionEvent(email: "jürgen@bücher.example").json).status == 200)
            #expect(try await shop.text("SELECT email FROM orders") == "jürgen@xn--bcher-kva.example")
            #expect(try await shop.text("SELECT status FROM emails") == (hasSMTPUTF8 ? "sent" : "dead"))
            #expect(server.count("mail orders@shop.example jürgen@xn--bcher-kva.example") == (hasSMTPUTF8 ? 1 : 0))
            #expect(shop.log.text.contains("mail given up") == !hasSMTPUTF8)
            #expect(shop.log.text.contains("SMTPUTF8") == !hasSMTPUTF8)
            #expect(try await shop.text("SELECT (held_since IS NULL)::text FROM outbox_hold") == "true")
        }
    }

    @Test("while the outbox is held a sale's mail waits, until it may probe")
    func held() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "mail=554 5.7.1 paused")
        try await withShop(smtp: "smtp+plain://127.0.0.1:\(server.port)") { shop throws in
            for number in 1...3 {
                let event = SessionEvent(
                    id: "evt_\(number)", session: "cs_test_\(number)", paymentIntent: "\"pi_\(number)\"")
                #expect(try await shop.deliver(event.json).status == 200)
            }
            #expect(server.count("session") == 1)
            #expect(try await shop.text("SELECT string_agg(status, ' ') FROM emails") == "pending pending pending")
            try await shop.run("UPDATE outbox_hold SET next_probe_at = '2026-01-01'")
            try await server.tell("accept")
            let event = SessionEvent(id: "evt_4", session: "cs_test_4", paymentIntent: #""pi_4""#)
            #expect(try await shop.deliver(event.json).status == 200)
            #expect(try await shop.text("SELECT count(*)::text FROM emails WHERE status = 'sent'") == "1")
            #expect(shop.log.text.contains("the outbox is held no longer"))
        }
    }

    @Test("a database that is away is 503, and the event is handled when Stripe sends it again")
    func databaseAway() async throws {
        try await withShop { shop in
            try await shop.run("ALTER TABLE licenses RENAME TO away")
            let refusal = await refusal { try await shop.deliver(SessionEvent().json) }
            #expect((500..<600).contains(refusal?.problem.status ?? 0))
            #expect(
                try await shop.text("SELECT status || ' ' || (error IS NOT NULL) FROM webhook_events") == "failed true")
            #expect(try await shop.text("SELECT count(*)::text FROM orders") == "0")
            try await shop.run("ALTER TABLE away RENAME TO licenses")
            #expect(try await shop.deliver(SessionEvent().json).status == 200)
            #expect(try await shop.text("SELECT status || ' ' || attempts FROM webhook_events") == "processed 2")
            expectCounts(try await shop.counts(), .oneSale())
        }
    }

    @Test("any other path is 404 and any other method 405")
    func route() async throws {
        try await withShop { shop throws in
            let path = await refusal { try await shop.webhook(Request(method: .post, path: "/webhooks/other")) }
            #expect(path == .notFound)
            let method = await refusal { try await shop.webhook(Request(method: .get, path: "/webhooks/stripe")) }
            #expect(method == .methodNotAllowed(allow: "POST"))
        }
    }
}
