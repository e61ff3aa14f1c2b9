import EventLoop
import HTTP
import Kernel
import Log
import Outbound
import Server
import Settings
import Stripe
import StripeClient
import Support
import Testing

@Suite("Stripe client")
struct StripeClientTests {
    @Test(
        "a call is made again after 429, 409, 5xx and a broken connection, under the same idempotency key",
        arguments: [[429, 200], [500, 503, 200], [409, 200]])
    func retries(statuses: [Int]) async throws {
        try await onLoop {
            let stripe = try await ScriptedStripe(statuses)
            let answer = try await stripe.client.send(.create(newSession, idempotencyKey: "checkout-1"))
            #expect(answer.id.text == "cs_test_1")
            #expect(stripe.keys == Array(repeating: "checkout-1", count: statuses.count))
        }
    }

    @Test("a refusal is not retried, and its message is not exposed", arguments: [400, 401, 402, 403, 404])
    func refusals(status: Int) async throws {
        try await onLoop {
            let stripe = try await ScriptedStripe([status, 200])
            let fault = await fault { _ = try await stripe.client.send(.create(newSession, idempotencyKey: "k")) }
            #expect(fault?.refusal == .badGateway)
            #expect(fault?.description.contains("secret words") == false)
            #expect(stripe.keys.count == 1)
        }
    }

    @Test("retries end with «try again later»")
    func ends() async throws {
        try await onLoop {
            let stripe = try await ScriptedStripe(Array(repeating: 503, count: 9))
            let fault = await fault { _ = try await stripe.client.send(.create(newSession, idempotencyKey: "k")) }
            #expect(fault?.refusal == .unavailable(retryAfterSeconds: 5))
            #expect(stripe.keys.count == 3)
        }
    }

    @Test("a closed port is reported as unreachable")
    func unreachable() async throws {
        try await onLoop {
            let client = try StripeClient(settings(port: 1))
            let fault = await fault { _ = try await client.send(.create(newSession, idempotencyKey: "k")) }
            #expect(fault == .unreachable(.couldNotConnect))
        }
    }
}

private let newSession = NewCheckoutSession(items: [], successURL: "https://a.example", cancelURL: "https://a.example")

/// A server that responds with one status after the other and records the idempotency keys it saw.
@Loop
private final class ScriptedStripe {
    private(set) var keys: [String] = []
    private var statuses: [Int]
    private var server: Server?
    private var port = 0

    init(_ statuses: [Int]) async throws {
        self.statuses = statuses
        let log = RequestLog(silentLog, routes: [], trustedHops: 0)
        let server = Server(requestLog: log, isReady: { true }) { [unowned self] request in await answer(request) }
        self.server = server
        port = try server.listen(host: "127.0.0.1", port: 0)
    }

    var client: StripeClient {
        get throws {
            let policy = RetryPolicy(attempts: 3, base: .milliseconds(1), limit: .seconds(1))
            return try StripeClient(settings(port: port), policy: policy)
        }
    }

    private func answer(_ request: Request) -> Response {
        keys.append(request.fields["idempotency-key"] ?? "")
        let status = statuses.isEmpty ? 500 : statuses.removeFirst()
        let body =
            status == 200
            ? #"{"id":"cs_test_1","livemode":false,"payment_status":"unpaid"}"#
            : #"{"error":{"type":"api_error","message":"secret words"}}"#
        return Response(status: status, fields: ["Content-Type": "application/json"], body: Array(body.utf8))
    }
}

private func settings(port: Int) throws -> StripeSettings {
    var read = SettingsReader(["STRIPE_API_KEY": "sk_test_0123456789", "STRIPE_API_BASE": "http://127.0.0.1:\(port)"])
    let settings = StripeSettings(&read)
    try read.finish()
    return settings
}

@Loop
func fault(_ body: @Loop () async throws -> Void) async -> StripeCallFault? {
    do {
        try await body()
        return nil
    } catch { return error as? StripeCallFault }
}
