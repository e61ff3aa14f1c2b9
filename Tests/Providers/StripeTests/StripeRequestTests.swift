import FoundationEssentials
import HTTP
import Kernel
import Stripe
import Testing

@Suite("Stripe request")
struct StripeRequestTests {
    private func id(_ text: String) throws -> StripeID { try #require(StripeID(text)) }

    private func form<Answer>(_ request: StripeRequest<Answer>) throws -> [String: String] {
        let form = try Form(String(decoding: request.body, as: UTF8.self))
        return Dictionary(form.entries.map { ($0.name, $0.value) }) { _, last in last + " (twice)" }
    }

    @Test(
        "never takes an ID that would change the path",
        arguments: [
            "", "..", "cs_1/../refunds", "cs 1", "cs_1?expand", "cs_1#", "cs_1%2F", "cs_é", "cs_1\n",
            String(repeating: "a", count: 256),
        ])
    func noPath(text: String) {
        #expect(StripeID(text) == nil)
    }

    @Test("opens a session with a price that Stripe knows")
    func existingPrice() throws {
        var session = NewCheckoutSession(
            items: [.init(price: .existing(try id("price_genx_delay")), quantity: 2)],
            successURL: "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
            cancelURL: "https://shop.example/")
        let plain = StripeRequest.create(session, idempotencyKey: "key")
        #expect(
            try form(plain) == [
                "mode": "payment", "line_items[0][price]": "price_genx_delay", "line_items[0][quantity]": "2",
                "success_url": "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}",
                "cancel_url": "https://shop.example/",
            ])
        session.clientReferenceID = "ref"
        session.metadata = ["b": "2 & 3", "a": "1"]
        session.customerEmail = "ada+x@example.com"
        session.allowsPromotionCodes = true
        session.calculatesTax = true
        session.requiresTermsOfService = true
        session.createsInvoice = true
        session.expiresAt = Instant(unixSeconds: 1_800_000_000)
        let full = try form(StripeRequest.create(session, idempotencyKey: "key"))
        #expect(full.count == 16)
        #expect(full["metadata[b]"] == "2 & 3" && full["payment_intent_data[metadata][b]"] == "2 & 3")
        #expect(full["metadata[a]"] == "1" && full["payment_intent_data[metadata][a]"] == "1")
        #expect(full["client_reference_id"] == "ref" && full["customer_email"] == "ada+x@example.com")
        #expect(full["allow_promotion_codes"] == "true" && full["automatic_tax[enabled]"] == "true")
        #expect(full["consent_collection[terms_of_service]"] == "required")
        #expect(full["invoice_creation[enabled]"] == "true" && full["expires_at"] == "1800000000")
    }

    @Test("opens a session with a price of its own")
    func inlinePrice() throws {
        let price = NewCheckoutSession.Price.inline(
            Money(minorUnits: 4900, currency: try #require(Currency("USD"))), productName: "GenX Delay",
            productDescription: "A delay")
        let session = NewCheckoutSession(
            items: [.init(price: .existing(try id("price_1"))), .init(price: price)], successURL: "s", cancelURL: "c")
        let form = try form(StripeRequest.create(session, idempotencyKey: "key"))
        #expect(form["line_items[0][price]"] == "price_1" && form["line_items[0][quantity]"] == "1")
        #expect(form["line_items[1][price_data][currency]"] == "usd")
        #expect(form["line_items[1][price_data][unit_amount]"] == "4900")
        #expect(form["line_items[1][price_data][product_data][name]"] == "GenX Delay")
        #expect(form["line_items[1][price_data][product_data][description]"] == "A delay")
        #expect(form["line_items[1][quantity]"] == "1" && form["line_items[1][price]"] == nil)
    }

    @Test("carries key, version and idempotency key in its header, and the key nowhere else")
    func fields() throws {
        let session = NewCheckoutSession(items: [], successURL: "s", cancelURL: "c")
        let post = StripeRequest.create(session, idempotencyKey: "order-1")
        let fields = post.fields(apiKey: Secret("sk_test_1"))
        #expect(fields["Authorization"] == "Bearer sk_test_1" && fields["Idempotency-Key"] == "order-1")
        #expect(fields["Stripe-Version"] == StripeAPI.version)
        #expect(fields["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(post.target == "/v1/checkout/sessions" && post.method == .post && !"\(post)".contains("sk_test"))
        let get = StripeRequest.charge(try id("ch_1")).fields(apiKey: Secret("sk_test_1"))
        #expect(get["Idempotency-Key"] == nil && get["Content-Type"] == nil && get["Stripe-Version"] != nil)
    }

    @Test("asks for one thing by its ID and for lists by their filters")
    func targets() throws {
        let slice = TimeSlice(from: Instant(unixSeconds: 1_800_000_000), to: Instant(unixSeconds: 1_800_000_060))
        let inSlice = "created%5Bgte%5D=1800000000&created%5Blt%5D=1800000060"
        #expect(
            StripeRequest.session(try id("cs_test_1")).target
                == "/v1/checkout/sessions/cs_test_1?expand%5B%5D=line_items")
        #expect(
            StripeRequest.session(try id("cs_test_1"), withPayment: true).target
                == "/v1/checkout/sessions/cs_test_1?expand%5B%5D=line_items&expand%5B%5D=payment_intent")
        #expect(
            StripeRequest.sessions(in: slice, startingAfter: try id("cs_9"), limit: 500).target
                == "/v1/checkout/sessions?expand%5B%5D=data.line_items&\(inSlice)&limit=100&starting_after=cs_9")
        #expect(StripeRequest.refunds(in: slice).target == "/v1/refunds?\(inSlice)&limit=100")
        #expect(StripeRequest.disputes(in: slice).target == "/v1/disputes?\(inSlice)&limit=100")
        #expect(StripeRequest.dispute(try id("dp_1")).target == "/v1/disputes/dp_1")
        #expect(StripeRequest.event(try id("evt_1")).target == "/v1/events/evt_1")
        #expect(StripeRequest.paymentIntent(try id("pi_1")).target == "/v1/payment_intents/pi_1")
        #expect(StripeRequest<Refund>.refund(try id("re_1")).target == "/v1/refunds/re_1")
        #expect(StripeRequest.charge(try id("ch_1")).body.isEmpty)
    }

    @Test("lists events of the types we act on, which fit one request")
    func eventKinds() throws {
        let slice = TimeSlice(from: testStart, to: testStart)
        let all = try Form(try #require(StripeRequest.events(in: slice, undelivered: false).target.queryPart))
        #expect(all.entries.filter { $0.name == "types[]" }.map(\.value) == Event.Kind.allCases.map(\.rawValue))
        #expect(Event.Kind.allCases.count <= 20)
        #expect(!all.entries.contains { $0.name == "delivery_success" })
        let lost = try Form(try #require(StripeRequest.events(in: slice, undelivered: true, limit: 0).target.queryPart))
        #expect(lost["delivery_success"] == "false" && lost["limit"] == "1")
    }

    @Test("gives money back in full or in part")
    func refund() throws {
        let full = StripeRequest.refund(paymentIntent: try id("pi_1"), idempotencyKey: "r1")
        #expect(try form(full) == ["payment_intent": "pi_1", "reason": "requested_by_customer"])
        let part = StripeRequest.refund(paymentIntent: try id("pi_1"), amount: 100, idempotencyKey: "r1")
        #expect(try form(part)["amount"] == "100" && part.idempotencyKey == "r1" && part.target == "/v1/refunds")
    }

    @Test("reads its answer, one thing or a page")
    func answers() throws {
        let session = try fixture("checkout.session")
        let one = Response(status: 200, body: Array(try JSONEncoder().encode(session)))
        #expect(try StripeRequest.session(id("cs_1")).answer(one).paymentStatus == .known(.unpaid))
        let list: [String: JSON] = ["data": .array([.object(session), .object(session)]), "has_more": .bool(true)]
        let page = Response(status: 200, body: Array(try JSONEncoder().encode(list)))
        let read = try StripeRequest.sessions(in: TimeSlice(from: testStart, to: testStart)).answer(page)
        #expect(read.elements.count == 2 && read.hasMore)
    }
}

private let testStart = Instant(unixSeconds: 1_800_000_000)

extension String {
    fileprivate var queryPart: String? { split(separator: "?").last.map(String.init) }
}
