import FoundationEssentials
import HTTP
import JSON
import Kernel
import Stripe
import Testing

@Suite("Event")
struct EventTests {
    private func malformed(_ text: String) -> String? {
        do {
            _ = try delivered(Array(text.utf8))
            return nil
        } catch let error as MalformedDocument {
            return error.field
        } catch {
            return "another error"
        }
    }

    @Test(
        "says which part of a document cannot be understood",
        arguments: [
            ("", ""), ("null", ""), ("[]", ""), ("{", ""), (#"{"id":"evt_1"}"#, "type"),
            (#"{"id":1,"type":"a","created":1,"livemode":false,"data":{"object":{"object":"x"}}}"#, "id"),
            (#"{"id":"a/b","type":"a","created":1,"livemode":false,"data":{"object":{"object":"x"}}}"#, "id"),
            (#"{"id":"e","type":"a","created":"1","livemode":false,"data":{"object":{"object":"x"}}}"#, "created"),
            (#"{"id":"e","type":"a","created":1,"livemode":false,"data":{}}"#, "data.object"),
            (#"{"id":"e","type":"a","created":1,"livemode":false,"data":{"object":{}}}"#, "data.object.object"),
            (
                #"{"id":"e","type":"charge.refunded","created":1,"livemode":false,"data":{"object":{"object":"charge"}}}"#,
                "data.object.id"
            ),
            (#"{"id":"e","type":"a","created":1,"livemode":null,"data":{"object":{"object":"x"}}}"#, "livemode"),
            (String(repeating: "[", count: 100_000), ""),
        ])
    func faults(text: String, field: String) {
        #expect(malformed(text) == field)
    }

    @Test("about a session is read from Stripe's own example")
    func session() throws {
        let event = try event("checkout.session.completed", about: fixture("checkout.session"))
        guard case .checkoutSession(let session) = event.object else { throw NoFixture(resource: "\(event.object)") }
        #expect(event.kind == .known(.checkoutSessionCompleted))
        #expect(event.created == Instant(unixSeconds: 1_234_567_890))
        #expect(!event.isLive && event.apiVersion == nil)
        #expect(session.id.text == "cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY")
        #expect(session.paymentStatus == .known(.unpaid))
        #expect(session.status == .known(.open) && session.mode == .known(.payment))
        #expect(session.paymentIntent == StripeID("pi_1PgafyB7WZ01zgkWSjxsAJo3"))
        #expect(session.email == "example@example.com")
        #expect(session.metadata.isEmpty && session.total == nil && session.customer == nil)
        #expect(session.clientReferenceID == nil && session.lineItems == nil)
        #expect(session.amountDiscount == 406_046_392 && session.amountTax == 1_424_534_716)
        #expect(session.created == Instant(unixSeconds: 1_234_567_890) && session.expiresAt == session.created)
        #expect(session.url?.hasPrefix("https://checkout.stripe.com/") == true)
    }

    @Test("about a sale tells what was paid, by whom and for what")
    func sale() throws {
        let details: [String: JSON] = [
            "email": .string("ada@example.com"), "name": .string("Ada"), "address": .object(["country": .string("NL")]),
        ]
        let items: [String: JSON] = [
            "data": .array([.object(try fixture("item"))]), "has_more": .bool(false),
        ]
        let object = try fixture(
            "checkout.session",
            [
                "payment_status": "paid", "amount_total": 4900, "amount_subtotal": 5900, "currency": "usd",
                "client_reference_id": "ref", "customer_details": JSON.object(details),
                "line_items": JSON.object(items),
                "metadata": JSON.object(["order": .string("1")]), "livemode": true,
            ])
        guard case .checkoutSession(let session) = try event("checkout.session.completed", about: object).object else {
            throw NoFixture(resource: "session")
        }
        #expect(session.total?.formatted == "49.00 USD" && session.amountSubtotal == 5900)
        #expect(session.paymentStatus == .known(.paid) && session.isLive)
        let buyer = try #require(session.customerDetails)
        #expect(buyer.email == "ada@example.com" && buyer.name == "Ada" && buyer.country == "NL")
        #expect(session.metadata == ["order": "1"] && session.clientReferenceID == "ref")
        let item = try #require(session.lineItems?.items.first)
        #expect(item.price == StripeID("price_1PgafmB7WZ01zgkW02Hf9z6c") && item.product == "prod_QXg1hqf4jFNsqG")
        #expect(item.quantity == 1 && item.amountTotal == 0 && item.currency?.code == "usd")
        #expect(item.description == "T-shirt" && session.lineItems?.hasMore == false)
    }

    @Test("reads an ID and the object in its place the same way")
    func expanded() throws {
        let customer = try fixture("customer", ["id": "cus_1"])
        let intent = try fixture("payment_intent")
        let product = try fixture("product", ["id": "genx.delay"])
        let price = try fixture("price", ["id": "price_1", "product": JSON.object(product)])
        let item = try fixture("item", ["price": JSON.object(price)])
        let items: [String: JSON] = ["data": .array([.object(item)]), "has_more": .bool(true)]
        let object = try fixture(
            "checkout.session",
            [
                "customer": JSON.object(customer), "payment_intent": JSON.object(intent),
                "line_items": JSON.object(items),
            ])
        guard case .checkoutSession(let session) = try event("checkout.session.expired", about: object).object else {
            throw NoFixture(resource: "session")
        }
        #expect(session.customer == StripeID("cus_1"))
        #expect(session.paymentIntent == StripeID("pi_1PgafyB7WZ01zgkWSjxsAJo3"))
        #expect(session.lineItems?.items.first?.price == StripeID("price_1"))
        #expect(session.lineItems?.items.first?.product == "genx.delay")
    }

    @Test("about money that went back or may be fraud is read from Stripe's own examples")
    func moneyBack() throws {
        let charge = try fixture("charge", ["payment_intent": "pi_1", "amount_refunded": 100, "refunded": true])
        guard case .charge(let charge) = try event("charge.refunded", about: charge).object,
            case .refund(let refund) = try event("refund.created", about: fixture("refund")).object,
            case .dispute(let dispute) = try event("charge.dispute.created", about: fixture("dispute")).object,
            case .earlyFraudWarning(let warning) = try event(
                "radar.early_fraud_warning.created", about: fixture("radar.early_fraud_warning")
            ).object,
            case .paymentIntent(let intent) = try event(
                "payment_intent.payment_failed", about: fixture("payment_intent")
            ).object
        else { throw NoFixture(resource: "money") }
        #expect(charge.id == StripeID("ch_1PgafuB7WZ01zgkWXYmPNZs8") && charge.paymentIntent == StripeID("pi_1"))
        #expect(charge.amount == 100 && charge.amountRefunded == 100 && charge.isRefunded && !charge.isDisputed)
        #expect(refund.charge == charge.id && refund.amount == 100 && refund.status == .known(.succeeded))
        #expect(dispute.charge == charge.id && dispute.amount == 1000 && dispute.reason == "general")
        #expect(dispute.status == .known(.warningNeedsResponse) && dispute.paymentIntent == nil)
        #expect(warning.charge == StripeID("ch_1234") && warning.paymentIntent == nil)
        #expect(intent.id == StripeID("pi_1PgafyB7WZ01zgkWSjxsAJo3") && intent.lastErrorCode == nil)
    }

    @Test("tells why a payment failed")
    func paymentFailed() throws {
        let error: [String: JSON] = ["type": .string("card_error"), "code": .string("card_declined")]
        let object = try fixture("payment_intent", ["last_payment_error": JSON.object(error)])
        guard case .paymentIntent(let intent) = try event("payment_intent.payment_failed", about: object).object else {
            throw NoFixture(resource: "intent")
        }
        #expect(intent.lastErrorCode == "card_declined")
    }

    @Test("accepts values, members and currencies added later")
    func unknown() throws {
        let object = try fixture(
            "checkout.session",
            [
                "payment_status": "paid_in_kind", "status": "paused", "mode": "barter", "currency": "usdc",
                "new_member": 1, "metadata": nil,
            ])
        guard case .checkoutSession(let session) = try event("checkout.session.expired", about: object).object else {
            throw NoFixture(resource: "session")
        }
        #expect(session.paymentStatus == .unknown("paid_in_kind") && session.paymentStatus.text == "paid_in_kind")
        #expect(session.status == .unknown("paused") && session.mode == .unknown("barter"))
        #expect(session.currency == nil && session.metadata.isEmpty)
        let new = try event("charge.dispute.created", about: fixture("dispute", ["status": "new"]))
        guard case .dispute(let dispute) = new.object else {
            throw NoFixture(resource: "dispute")
        }
        #expect(dispute.status == .unknown("new"))
    }

    @Test("from a list is kept with all that was told, and read like one that was delivered")
    func kept() throws {
        let charge = try fixture("charge", ["payment_intent": "pi_1", "amount_refunded": 100])
        let told: [String: JSON] = [
            "id": .string("evt_1"), "type": .string("charge.refunded"), "created": .integer(1_795_201_140),
            "livemode": .bool(false), "api_version": .string("2025-01-27.acacia"),
            "data": .object(["object": .object(charge)]),
        ]
        let body = Array(try JSONEncoder().encode(["data": JSON.array([.object(told)]), "has_more": .bool(false)]))
        let slice = TimeSlice(from: Instant(unixSeconds: 0), to: Instant(unixSeconds: 1))
        let page = try StripeRequest.events(in: slice, undelivered: true).answer(Response(status: 200, body: body))
        let document = try #require(page.elements.first).content.get()
        #expect(document.id == StripeID("evt_1") && document.envelope.kind == "charge.refunded")
        #expect(document.envelope.created == Instant(unixSeconds: 1_795_201_140))
        #expect(document.envelope.apiVersion == "2025-01-27.acacia")
        #expect(try JSONDecoder().decode(JSON.self, from: Data(document.text.utf8)) == .object(told))
        guard case .charge(let read) = try Event(kept: document.text).object else {
            throw NoFixture(resource: "charge")
        }
        #expect(read.paymentIntent == StripeID("pi_1") && read.amountRefunded == 100)
    }

    @Test("that cannot be read does not hide the others of its page")
    func unreadableAmongOthers() throws {
        let body = #"""
            {"has_more": false, "data": [{"id": "evt_1", "type": "charge.refunded", "created": 1, "data": 7},
             {"id": "evt_2", "type": 7, "created": 9223372036854775807, "livemode": false}, {"id": "a/b"}]}
            """#
        let slice = TimeSlice(from: Instant(unixSeconds: 0), to: Instant(unixSeconds: 1))
        let page = try StripeRequest.events(in: slice, undelivered: true).answer(
            Response(status: 200, body: Array(body.utf8)))
        #expect(page.elements.map(\.id?.text) == ["evt_1", "evt_2", nil])
        for document in try page.elements.prefix(2).map({ try $0.content.get() }) {
            #expect(throws: MalformedDocument.self) { try Event(kept: document.text) }
        }
    }

    @Test("of a session has the payment's status only if it was expanded")
    func paymentState() throws {
        for (intent, state) in [
            (JSON.string("pi_1"), nil), (.object(try fixture("payment_intent")), "requires_payment_method"),
        ] {
            let object = try fixture("checkout.session", ["payment_intent": intent])
            guard case .checkoutSession(let session) = try event("checkout.session.expired", about: object).object
            else {
                throw NoFixture(resource: "session")
            }
            #expect(session.paymentState == state)
        }
    }

    @Test("about every resource Stripe has an example of is read")
    func everyResource() throws {
        let resources = try fixtures.get()
        #expect(resources.count == 176)
        for (name, resource) in resources {
            guard case .object(let object) = resource, object["object"] != nil else { continue }
            #expect(throws: Never.self, "\(name)") { try event("charge.refunded", about: object) }
        }
    }
}
