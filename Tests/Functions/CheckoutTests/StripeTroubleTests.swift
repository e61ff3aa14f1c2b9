import EventLoop
import HTTP
import Kernel
import Postgres
import Settings
import Stripe
import StripeClient
import Support
import Testing

@testable import CheckoutFunction

@Suite("Checkout and a Stripe in trouble", .freshDatabase, .timeLimit(.minutes(15)))
struct StripeTroubleTests {
    @Test(
        "a buyer does not notice what passes, and one press of Buy is one order and one session",
        arguments: [["429", "ok"], ["500", "500", "ok"], ["cut", "ok"], ["nothing", "cut", "ok"], ["later"]])
    func passing(script: [String]) async throws {
        let stripe = try await ScriptedServer.start("stripe_script.py", script)
        try await withFixture { fixture in
            let response = try await fixture.buy(stripe, accept: "text/html")
            #expect(response.status == 303)
            #expect(response.fields["location"] == "https://checkout.stripe.example/c/pay/cs_test_a1b2c3d4e5")
            let orders = try await fixture.orders()
            #expect(orders.map(\.state) == ["pending cs_test_a1b2c3d4e5"])
            let order = try #require(orders.first).id
            #expect(stripe.count("request POST /v1/checkout/sessions checkout-\(order)") == script.count)
        }
    }

    @Test(
        "what lasts is a page that says that nothing was charged, or a problem document, and the order is given up",
        arguments: ["429", "500", "hang", "hang-in-body", "cut", "nothing", "html", "huge"])
    func lasting(behaviour: String) async throws {
        let stripe = try await ScriptedServer.start("stripe_script.py", behaviour)
        try await withFixture { fixture in
            let time: Duration = behaviour.hasPrefix("hang") ? .milliseconds(300) : .seconds(20)
            let page = try await fixture.buy(stripe, accept: "text/html", within: time)
            let problem = try await fixture.buy(stripe, accept: "application/json", within: time)
            // What is not Stripe's to mend in a moment is 502.
            #expect([page.status, problem.status] == (behaviour == "html" ? [502, 502] : [503, 503]))
            #expect((page.fields["retry-after"] == nil) == (behaviour == "html"))
            let text = String(decoding: page.body, as: UTF8.self)
            #expect(text.contains("Nothing was charged") && !text.contains("secret words"))
            #expect(problem.fields["content-type"] == "application/problem+json")
            let orders = try await fixture.orders()
            #expect(orders.map(\.state) == ["failed -", "failed -"])
        }
    }
}

extension Fixture {
    /// What a buyer gets who presses Buy while Stripe does as its script says.
    fileprivate func buy(
        _ stripe: ScriptedServer, accept: String, within time: Duration = .seconds(20)
    ) async throws -> Response {
        var environment = TestSettings.environment
        environment["STRIPE_API_BASE"] = "http://127.0.0.1:\(stripe.port)"
        let settings = try CheckoutSettings(environment)
        let client = StripeClient(
            settings.stripe, policy: RetryPolicy(attempts: 3, base: .milliseconds(1), limit: .seconds(1)),
            totalTimeout: time)
        let checkout = Checkout(settings, pool, client, silentLog)
        let fields: Fields = ["Content-Type": "application/x-www-form-urlencoded", "Accept": accept]
        return await checkout(
            Request(method: .post, path: "/checkout", fields: fields, body: Array("product=genx-delay".utf8)))
    }

    /// Every order: its ID, and its status with its session.
    fileprivate func orders() async throws -> [(id: String, state: String)] {
        try await pool.run(
            Statement<[(id: String, state: String)]>.rows(
                "SELECT id::text, status || ' ' || COALESCE(stripe_session_id, '-') FROM orders"
            ) { row throws(PostgresFault) in (try row.text(0), try row.text(1)) })
    }
}
