import EventLoop
import HTTP
import JSON
import Kernel
import Log
import Outbound
import Postgres
import Settings
import Stripe
import StripeClient
import Support
import Testing

@testable import CheckoutFunction

@Suite("Checkout", .freshDatabase)
struct CheckoutTests {
    @Test("a form is answered with a redirect to the payment page, and the order waits with its session")
    func form() async throws {
        try await withDesk { desk in
            let response = try await desk.checkout(.form("product=genx-delay&quantity=3&email=buyer%40example.com"))
            #expect(response.status == 303)
            #expect(response.fields["location"] == "https://checkout.stripe.example/c/pay/cs_test_1")
            #expect(try await desk.order() == "pending 14700 usd cs_test_1 buyer@example.com")
            let opened = try #require(desk.opened)
            #expect(opened.items == [.init(price: .existing(try #require(StripeID("price_1"))), quantity: 3)])
            #expect(opened.cancelURL == "http://localhost:8080/cancel")
            #expect(opened.customerEmail == "buyer@example.com")
            #expect(opened.metadata["latchkey_order"] == opened.clientReferenceID)
            #expect(opened.metadata["latchkey_quantity"] == "3")
        }
    }

    @Test("JSON is answered with the address and the session's ID; an e-mail left empty is none")
    func json() async throws {
        try await withDesk { desk in
            let response = try await desk.checkout(.json(#"{"product":"genx-delay","quantity":1}"#))
            #expect(response.status == 200)
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(text == #"{"url":"https://checkout.stripe.example/c/pay/cs_test_1","session_id":"cs_test_1"}"#)
            _ = try await desk.checkout(.form("product=genx-delay&quantity=&email="))
            #expect(desk.opened?.customerEmail == nil)
            #expect(desk.opened?.items.first?.quantity == 1)
        }
    }

    @Test("a domain beyond ASCII is taken, and goes on with A-labels")
    func internationalDomain() async throws {
        try await withDesk { desk in
            _ = try await desk.checkout(.form("product=genx-delay&email=anna%40b%C3%BCcher.example"))
            #expect(desk.opened?.customerEmail == "anna@xn--bcher-kva.example")
        }
    }

    @Test("a local part beyond ASCII is 400 with a clear word")
    func internationalLocalPart() async throws {
        try await withDesk { desk in
            let page = try await desk.checkout(.form("product=genx-delay&email=j%C3%BCrgen%40example.com"))
            #expect(page.status == 400)
            #expect(String(decoding: page.body, as: UTF8.self).contains("must be plain letters without accents"))
            #expect(try await desk.orders() == 0)
        }
    }

    @Test(
        "a wrong field is 400 by name, for programs and for people, and nothing is written",
        arguments: [
            ("product=nothing", "product"), ("quantity=1", "product"), ("product=genx-delay&quantity=0", "quantity"),
            ("product=genx-delay&quantity=26", "quantity"), ("product=genx-delay&quantity=two", "quantity"),
            ("product=genx-delay&quantity=1e1", "quantity"), ("product=genx-delay&email=nobody", "email"),
            ("product=genx-delay&email=a%40b.co%0D%0ABcc:x%40y.de", "email"), ("product=%", "body"),
            ("product=%ff", "body"), ("product=genx-delay%00", "product"), ("product=genx-delay%00x", "product"),
            ("product=genx-delay&product=other", "product"),
            ("product=genx-delay&quantity=1&%71uantity=25", "quantity"),
        ])
    func fields(body: String, field: String) async throws {
        try await withDesk { desk in
            let page = try await desk.checkout(.form(body))
            #expect(page.status == 400)
            #expect(page.fields["content-type"] == "text/html; charset=utf-8")
            var request = Request.form(body)
            request.fields.append("Accept", "application/json")
            let problem = try await desk.checkout(request)
            #expect(problem.status == 400)
            #expect(String(decoding: problem.body, as: UTF8.self).contains(#""field":"\#(field)""#))
            #expect(try await desk.orders() == 0)
        }
    }

    @Test(
        "JSON of another form is 400 with the field",
        arguments: [
            "", "[]", "{", #"{"product":7}"#, #"{"product":"genx-delay","quantity":"1"}"#,
            #"{"product":"genx-delay","quantity":1.5}"#,
        ])
    func badJSON(body: String) async throws {
        try await withDesk { desk in
            let response = try await desk.checkout(.json(body))
            #expect(response.status == 400)
            #expect(response.fields["content-type"] == "application/problem+json")
            #expect(!String(decoding: response.body, as: UTF8.self).contains(#""field":"""#))
            #expect(try await desk.orders() == 0)
        }
    }

    @Test("other forms of body are 415, other methods 405, other paths 404")
    func route() async throws {
        try await withDesk { desk in
            let text = Request(method: .post, path: "/checkout", fields: ["Content-Type": "text/plain"], body: [65])
            #expect(try await desk.checkout(text).status == 415)
            let get = try await desk.checkout(Request(method: .get, path: "/checkout"))
            #expect(get.status == 405)
            #expect(get.fields["allow"] == "POST")
            #expect(try await desk.checkout(Request(method: .post, path: "/checkout/x")).status == 404)
        }
    }

    @Test("a form or JSON that a page of another site sends is 403, and nothing is written")
    func otherSite() async throws {
        try await withDesk { desk throws in
            for var request in [Request.form("product=genx-delay"), .json(#"{"product":"genx-delay"}"#)] {
                request.fields.set("Sec-Fetch-Site", "cross-site")
                #expect(try await desk.checkout(request).status == 403)
                request.fields.set("Sec-Fetch-Site", "same-origin")
                #expect(try await desk.checkout(request).status < 400)
            }
            #expect(try await desk.orders() == 2)
        }
    }

    @Test("a buyer is sent to Stripe's pages and nowhere else, whatever the session says")
    func paymentPage() async throws {
        try await withDesk { desk in
            desk.environment["STRIPE_API_BASE"] = nil
            let elsewhere = try await desk.checkout(.form("product=genx-delay"))
            #expect(elsewhere.status == 502)
            #expect(elsewhere.fields["location"] == nil)
            #expect(desk.log.text.contains("STRIPE_CHECKOUT_BASE"))
            desk.environment["STRIPE_CHECKOUT_BASE"] = "https://checkout.stripe.example"
            #expect(try await desk.checkout(.form("product=genx-delay")).status == 303)
        }
    }

    @Test("Stripe's refusal is 502, its silence 503, never in its own words, and the order is given up")
    func stripeFails() async throws {
        try await withDesk { desk in
            let error =
                #"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such price: secret words"}}"#
            desk.fault = .answered(StripeFault(Response(status: 400, body: Array(error.utf8))))
            let refused = try await desk.checkout(.form("product=genx-delay"))
            #expect(refused.status == 502)
            #expect(!String(decoding: refused.body, as: UTF8.self).contains("secret words"))
            #expect(try await desk.order().hasPrefix("failed 4900 usd"))
            desk.fault = .unreachable(.couldNotConnect)
            let silent = try await desk.checkout(.json(#"{"product":"genx-delay"}"#))
            #expect(silent.status == 503)
            #expect(silent.fields["retry-after"] == "5")
            #expect(!desk.log.text.contains("secret words"))
        }
    }

    @Test("an address that Stripe refuses is 400, no error of the shop's, and the order is given up")
    func refusedAddress() async throws {
        try await withDesk { desk in
            let error = #"{"error":{"type":"invalid_request_error","code":"email_invalid","param":"customer_email"}}"#
            desk.fault = .answered(StripeFault(Response(status: 400, body: Array(error.utf8))))
            let refused = try await desk.checkout(.json(#"{"product":"genx-delay","email":"a@b.invalid"}"#))
            #expect(refused.status == 400)
            #expect(String(decoding: refused.body, as: UTF8.self).contains(#""field":"email""#))
            #expect(try await desk.order().hasPrefix("failed 4900 usd"))
            #expect(!desk.log.text.contains("ERROR") && desk.log.text.contains("checkout: no session"))
        }
    }

    @Test("a caller who presses too often gets 429, no order and no call to Stripe; others are served")
    func tooOften() async throws {
        try await withDesk(["RATE_LIMITS": "checkout-address=2/60", "TRUSTED_PROXY_HOPS": "1"]) { desk in
            let json = try await desk.checkout(.json(#"{"product":"genx-delay"}"#, from: "203.0.113.7"))
            #expect(json.fields["ratelimit-policy"] == #""checkout-address";q=2;w=60"#)
            #expect(json.fields["ratelimit"] == #""checkout-address";r=1;t=30"#)
            let form = try await desk.checkout(.form("product=genx-delay", from: "203.0.113.7"))
            #expect(form.status == 303 && form.fields["ratelimit"] == nil)
            desk.opened = nil
            let page = try await desk.checkout(.form("product=genx-delay", from: "6.6.6.6, 203.0.113.7"))
            #expect(page.status == 429 && page.fields["retry-after"] == "30")
            #expect(String(decoding: page.body, as: UTF8.self).contains("Nothing was ordered and nothing was charged"))
            let problem = try await desk.checkout(.json(#"{"product":"genx-delay"}"#, from: "203.0.113.7"))
            #expect(problem.status == 429 && problem.fields["content-type"] == "application/problem+json")
            #expect(try await desk.orders() == 2)
            #expect(desk.opened == nil)
            #expect(try await desk.checkout(.form("product=genx-delay", from: "203.0.113.8")).status == 303)
        }
    }

    @Test("a database that is away is 503 before Stripe hears of anything")
    func databaseAway() async throws {
        try await withDesk { desk in
            desk.close()
            let response = try await desk.checkout(.form("product=genx-delay"))
            #expect(response.status == 503)
            #expect(desk.opened == nil)
        }
    }
}

/// The checkout over a database of its own, with a Stripe that answers what the test says.
@Loop
private final class Desk: Closable {
    var opened: NewCheckoutSession?
    var fault: StripeCallFault?
    let log = CapturedLog()
    private let fixture: Fixture
    var environment: [String: String]

    init(_ environment: [String: String] = [:]) async throws {
        fixture = try await Fixture()
        self.environment = TestSettings.environment.merging(environment) { $1 }
    }

    func checkout(_ request: Request) async throws -> Response {
        let settings = try CheckoutSettings(environment)
        var checkout = Checkout(settings, fixture.pool, StripeClient(settings.stripe), log.log)
        checkout.open = { [self] session, _ throws(StripeCallFault) in try await open(session) }
        return await checkout(request)
    }

    func orders() async throws -> Int64 { try await fixture.counts().orders }

    func order() async throws -> String {
        let sql: SQL =
            """
            SELECT concat_ws(' ', status, amount_total, currency, stripe_session_id, email)
            FROM orders ORDER BY created_at DESC LIMIT 1
            """
        return try await fixture.pool.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }

    func close() { fixture.close() }

    private func open(_ session: NewCheckoutSession) throws(StripeCallFault) -> CheckoutSession {
        if let fault { throw fault }
        opened = session
        let json =
            #"{"id":"cs_test_1","livemode":false,"payment_status":"unpaid","url":"https://checkout.stripe.example/c/pay/cs_test_1"}"#
        guard let session = try? CheckoutSession(json: Array(json.utf8)) else {
            throw .unreachable(.brokenAnswer)
        }
        return session
    }
}

/// Runs `body` on the event loop with a desk of its own; `environment` replaces settings.
private func withDesk(
    _ environment: [String: String] = [:], _ body: @escaping @Loop @Sendable (Desk) async throws -> Void
) async throws {
    try await withOpen({ try await Desk(environment) }, body)
}

extension Request {
    fileprivate static func form(_ body: String, from caller: String? = nil) -> Request {
        post(body, "application/x-www-form-urlencoded", caller)
    }

    fileprivate static func json(_ body: String, from caller: String? = nil) -> Request {
        post(body, "application/json; charset=utf-8", caller)
    }

    private static func post(_ body: String, _ type: String, _ caller: String?) -> Request {
        var fields: Fields = ["Content-Type": type]
        if let caller { fields.append("X-Forwarded-For", caller) }
        return Request(
            method: .post, path: "/checkout", fields: fields, body: Array(body.utf8),
            receivedAt: Instant(unixSeconds: 0))
    }
}
