import EventLoop
import HTTP
import Kernel
import Postgres
import Settings
import Stripe
import StripeClient
import Support
import Testing

@testable import OrdersFunction

private let session = "cs_test_a1b2c3d4e5"

@Suite("Order page and a Stripe in trouble", .freshDatabase, .timeLimit(.minutes(15)))
struct StripeTroubleTests {
    @Test("trouble that passes is not noticed", arguments: [["429", "ok"], ["500", "500", "ok"], ["cut", "later"]])
    func passing(script: [String]) async throws {
        let stripe = try await ScriptedServer.start("stripe_script.py", script)
        try await withOrderDesk { desk throws in
            let page = await desk.orders(asking: stripe)(desk.request())
            #expect(page.status == 200 && page.text.contains("GENX-"))
            expectCounts(try await desk.counts(), .oneSale())
            #expect(stripe.count("request GET /v1/checkout/sessions/\(session) -") == script.count)
        }
    }

    @Test(
        "while it lasts the buyer reads that nothing is lost, and then the sale is made",
        arguments: ["429", "500", "hang", "hang-in-body", "cut", "nothing", "html", "huge"])
    func lasting(behaviour: String) async throws {
        let stripe = try await ScriptedServer.start("stripe_script.py", behaviour)
        try await withOrderDesk { desk in
            let time: Duration = behaviour.hasPrefix("hang") ? .milliseconds(300) : .seconds(20)
            let orders = desk.orders(asking: stripe, within: time)
            let page = await orders(desk.request())
            #expect(page.status == 503 && page.fields["retry-after"] == "5")
            #expect(page.text.contains("If you paid, nothing is lost") && !page.text.contains("secret words"))
            let problem = await orders(desk.request(accept: "application/json", after: .seconds(6)))
            #expect(problem.status == 503 && problem.fields["content-type"] == "application/problem+json")
            expectCounts(try await desk.counts(), Counts())

            let well = try await ScriptedServer.start("stripe_script.py", "ok")
            let again = await desk.orders(asking: well)(desk.request(after: .seconds(12)))
            #expect(again.status == 200 && again.text.contains("GENX-"))
            expectCounts(try await desk.counts(), .oneSale())
        }
    }
}

extension OrderDesk {
    /// The function with a Stripe of its own.
    fileprivate func orders(asking stripe: ScriptedServer, within time: Duration = .seconds(20)) -> Orders {
        let base = "http://127.0.0.1:\(stripe.port)"
        var read = SettingsReader(["STRIPE_API_KEY": "sk_test_0123456789", "STRIPE_API_BASE": base])
        let client = StripeClient(
            StripeSettings(&read), policy: RetryPolicy(attempts: 3, base: .milliseconds(1), limit: .seconds(1)),
            totalTimeout: time)
        return anotherProcess { id throws(StripeCallFault) in try await client.send(.session(id)) }
    }

    /// A buyer's look at the order.
    fileprivate func request(accept: String = "text/html", after passed: Duration = .zero) -> Request {
        Request(path: "/orders/\(session)", fields: ["Accept": accept], receivedAt: now + passed)
    }
}
