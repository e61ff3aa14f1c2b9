import EventLoop
import HTTP
import Kernel
import Outbound
import Settings
import Stripe
import StripeClient
import Support
import Testing

@Suite("Stripe client and a Stripe in trouble", .timeLimit(.minutes(15)))
struct StripeTroubleTests {
    @Test(
        "a call whose answer was lost on its way is made again under the same key",
        arguments: [["cut", "ok"], ["nothing", "ok"], ["429", "cut", "ok"], ["500", "later"]])
    func lost(script: [String]) async throws {
        try await onLoop {
            let stripe = try await ScriptedServer.start("stripe_script.py", script)
            let session = try await stripe.client(within: .seconds(20)).send(.create(newSession, idempotencyKey: "k"))
            #expect(session.id.text == "cs_test_a1b2c3d4e5" && session.paymentIntent?.text == "pi_1")
            #expect(stripe.count("request POST /v1/checkout/sessions k") == script.count)
        }
    }

    @Test("the time for a call is the time for all its attempts together", arguments: ["hang", "hang-in-body"])
    func hanging(behaviour: String) async throws {
        try await onLoop {
            let stripe = try await ScriptedServer.start("stripe_script.py", behaviour)
            let fault = await fault {
                _ = try await stripe.client(within: .milliseconds(300)).send(.create(newSession, idempotencyKey: "k"))
            }
            #expect(fault == .unreachable(.timedOut(.maybeSent)))
            #expect(fault?.refusal == .unavailable(retryAfterSeconds: 5))
            #expect(stripe.count("request") <= 1)
        }
    }

    @Test(
        "a response that is no session, or too long, is neither accepted nor retried", arguments: ["html", "huge"])
    func nonsense(behaviour: String) async throws {
        try await onLoop {
            let stripe = try await ScriptedServer.start("stripe_script.py", behaviour)
            let fault = await fault {
                _ = try await stripe.client(within: .seconds(20)).send(.create(newSession, idempotencyKey: "k"))
            }
            #expect(fault != nil)
            #expect(fault?.description.contains("secret words") == false)
        }
    }
}

private let newSession = NewCheckoutSession(items: [], successURL: "https://a.example", cancelURL: "https://a.example")

extension ScriptedServer {
    /// Returns a client of this Stripe with short delays between attempts.
    fileprivate func client(within time: Duration) throws -> StripeClient {
        var read = SettingsReader([
            "STRIPE_API_KEY": "sk_test_0123456789", "STRIPE_API_BASE": "http://127.0.0.1:\(port)",
        ])
        let settings = StripeSettings(&read)
        try read.finish()
        return StripeClient(
            settings, policy: RetryPolicy(attempts: 3, base: .milliseconds(1), limit: .seconds(1)), totalTimeout: time)
    }
}
