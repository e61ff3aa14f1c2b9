import HTTP
import Stripe
import Support
import Testing

@testable import OperatorFunction

// Stripe's endpoint for the shop.
extension DoctorTests {
    static let used = Event.Kind.allCases.map(\.rawValue)

    static func endpoints(
        url: String = "https://shop.example/webhooks/stripe", status: String = "enabled", events: [String] = used
    ) -> Response {
        let quoted = events.map { "\"\($0)\"" }.joined(separator: ",")
        let endpoint = #"{"id":"we_1","url":"\#(url)","status":"\#(status)","enabled_events":[\#(quoted)]}"#
        return Response(status: 200, body: Array(#"{"object":"list","data":[\#(endpoint)],"has_more":false}"#.utf8))
    }

    @Test(
        "the endpoint must be the shop's, enabled, and get every event that the shop uses",
        arguments: [
            (endpoints(), 0, "gets the 16 types"), (endpoints(events: ["*"]), 0, "→ it also gets what"),
            (endpoints(events: used + ["customer.created"]), 0, "does not use: customer.created\n"),
            (
                endpoints(events: used.filter { !$0.hasPrefix("refund.") }), 1,
                "lacks refund.created, refund.updated, refund.failed"
            ),
            (endpoints(status: "disabled"), 1, "is disabled"),
            (endpoints(url: "https://other.example/hook"), 1, "Stripe has none for"),
            (Response(status: 403), 0, "– webhook endpoint"),
            (Response(status: 200, body: Array("{}".utf8)), 1, "malformed"),
        ])
    func endpoint(answer: Response, code: Int32, part: String) async throws {
        try await prepare()
        let run = try await doctor(endpoints: answer)
        #expect(run.exitCode == code, "\(run.output)")
        #expect(run.output.contains(part), "\(run.output)")
    }

    @Test("with a live key the endpoint's whole URL must be the shop's, not its path alone")
    func liveEndpoint() async throws {
        try await prepare()
        let live = Response(status: 200, body: Array(#"{"object":"balance","livemode":true}"#.utf8))
        for (url, isOurs) in [
            ("https://shop.example/webhooks/stripe", true), ("https://other.example/webhooks/stripe", false),
        ] {
            let settings = ["STRIPE_API_KEY": "sk_live_0123456789", "PUBLIC_URL": "https://shop.example"]
            let run = try await doctor(settings, stripe: live, endpoints: Self.endpoints(url: url))
            #expect(run.output.contains("✓ webhook endpoint") == isOurs, "\(run.output)")
            #expect(run.output.contains("✗ webhook endpoint") == !isOurs, "\(run.output)")
        }
    }
}
