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
        try await onLoop {
            let stripe = try await ScriptedServer.start("stripe_script.py", script)
            let shop = try await TestShop(stripe: stripe)
            #expect(try await shop.deliver(event.json).status == 200)
            #expect(try await shop.counts() == .oneSale())
            #expect(stripe.count("request GET /v1/checkout/sessions/cs_test_a1b2c3d4e5 -") == script.count)
            shop.close()
        }
    }

    @Test(
        "trouble that lasts is 5xx and noted, and the sale is made when Stripe sends the event again",
        arguments: ["429", "500", "hang", "hang-in-body", "cut", "nothing", "html", "huge"])
    func lasting(behaviour: String) async throws {
        try await onLoop {
            let stripe = try await ScriptedServer.start("stripe_script.py", behaviour, behaviour, behaviour, "ok")
            let shop = try await TestShop(
                stripe: stripe, within: behaviour.hasPrefix("hang") ? .milliseconds(300) : .seconds(20))
            var refused = 0
            while let refusal = await shop.refusal(event) {
                #expect(refusal == (behaviour == "html" ? .badGateway : .unavailable(retryAfterSeconds: 5)))
                #expect(try await shop.counts() == Counts(events: 1))
                #expect(
                    try await shop.text("SELECT status || ' ' || (error LIKE 'stripe %') FROM webhook_events")
                        == "failed true")
                refused += 1
            }
            #expect(refused > 0)
            #expect(try await shop.counts() == .oneSale())
            #expect(!shop.log.text.contains("secret words"))
            shop.close()
        }
    }
}

extension TestShop {
    /// A shop that reaches Stripe in `stripe`, which answers within `time` or not at all.
    fileprivate init(stripe: ScriptedServer, within time: Duration = .seconds(20)) async throws {
        try await self.init(["STRIPE_API_BASE": "http://127.0.0.1:\(stripe.port)"], stripeTime: time)
    }

    /// How the delivery is refused; `nil` when it is taken.
    fileprivate func refusal(_ event: SessionEvent) async -> Refusal? {
        do throws(Refusal) { _ = try await deliver(event.json) } catch { return error }
        return nil
    }
}
