import EventLoop
import HTTP
import Kernel
import Postgres
import Support
import Testing

@testable import WebhookFunction

/// A payment link's session says nothing of its items, so that the webhook must ask Stripe.
@Suite("Webhook and a Stripe in trouble", .freshDatabase, .timeLimit(.minutes(15)))
struct StripeTroubleTests {
    private let event = SessionEvent(metadata: "{}")

    @Test(
        "trouble that passes is not noticed", arguments: [["429", "ok"], ["500", "ok"], ["cut", "ok"], ["later"]])
    func passing(script: [String]) async throws {
        let stripe = try await ScriptedServer.start("stripe_script.py", script)
        try await withShop(stripe: stripe) { shop throws in
            #expect(try await shop.deliver(event.json).status == 200)
            expectCounts(try await shop.counts(), .oneSale())
            #expect(stripe.count("request GET /v1/checkout/sessions/cs_test_a1b2c3d4e5 -") == script.count)
        }
    }

    @Test(
        "trouble that lasts is 5xx and noted, and the sale is made when Stripe sends the event again",
        arguments: ["429", "500", "hang", "hang-in-body", "cut", "nothing", "html", "huge"])
    func lasting(behaviour: String) async throws {
        let stripe = try await ScriptedServer.start("stripe_script.py", behaviour, behaviour, behaviour, "ok")
        let time: Duration = behaviour.hasPrefix("hang") ? .milliseconds(300) : .seconds(20)
        try await withShop(stripe: stripe, within: time) { shop throws in
            var refused = 0
            while let refusal = await shop.refusal(event) {
                #expect(refusal == (behaviour == "html" ? .badGateway : .unavailable(retryAfterSeconds: 5)))
                expectCounts(try await shop.counts(), Counts(events: 1))
                #expect(
                    try await shop.text("SELECT status || ' ' || (error LIKE 'stripe %') FROM webhook_events")
                        == "failed true")
                refused += 1
            }
            #expect(refused > 0)
            expectCounts(try await shop.counts(), .oneSale())
            #expect(!shop.log.text.contains("secret words"))
        }
    }
}

/// Runs `body` with a shop that reaches Stripe in `stripe`, which answers within `time` or not at all.
private func withShop(
    stripe: ScriptedServer, within time: Duration = .seconds(20),
    _ body: @escaping @Loop @Sendable (TestShop) async throws -> Void
) async throws {
    let own = await ["STRIPE_API_BASE": "http://127.0.0.1:\(stripe.port)"]
    try await withOpen({ try await TestShop(own, stripeTime: time) }, body)
}

extension TestShop {
    /// How the delivery is refused; `nil` when it is taken.
    fileprivate func refusal(_ event: SessionEvent) async -> Refusal? {
        do throws(Refusal) { _ = try await deliver(event.json) } catch { return error }
        return nil
    }
}
