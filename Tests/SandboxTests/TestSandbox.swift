import EventLoop
import FoundationEssentials
import HTTP
import JSON
import Kernel
import Support
import Synchronization
import Testing

@testable import Sandbox

/// The sandbox's handlers without a socket, with a manual clock.
final class TestSandbox: Sendable {
    let sandbox: Sandbox
    let clock = TestClock()
    let endpoint: Endpoint
    static let key = "sk_test_51"

    /// Creates a sandbox.
    ///
    /// - Parameter environment: settings in addition to the required ones.
    init(_ environment: [String: String] = [:]) async throws {
        let settings = try SandboxSettings(TestSandbox.environment.merging(environment) { $1 })
        let wallClock = clock.wallClock
        let endpoint = try await onLoop { Endpoint() }
        self.endpoint = endpoint
        sandbox = try await onLoop {
            Sandbox(settings, clock: wallClock) { _, fields, body, _ in endpoint.take(fields, body) }
        }
    }

    static let environment = [
        "PORT": "0", "STORAGE_PORT": "0", "STORAGE_FOLDER": "/nowhere", "STRIPE_API_KEY": key,
        "PUBLIC_BASE": "http://sandbox.test", "WEBHOOK_URL": "http://shop.test/hook", "WEBHOOK_SECRET": "whsec_test",
        "RETRY_BASE_MS": "1", "RETRY_LIMIT": "3",
        "SANDBOX_PRICES": #"""
        {"products": [{"slug": "delay", "name": "Delay <One>", "prices": [
          {"id": "price_delay", "unit_amount": 4900, "currency": "usd"},
          {"id": "price_free", "unit_amount": 0, "currency": "usd"}, {"id": "price_eur", "unit_amount": 4500, "currency": "eur"}
        ]}]}
        """#,
    ]

    /// A response, parsed as JSON where it is.
    struct Answer: Sendable {
        let response: Response
        var status: Int { response.status }
        var json: JSONValue { JSONValue(json: response.body) ?? .null }
        var error: JSONValue { json["error"] }
        var text: String { String(decoding: response.body, as: UTF8.self) }
    }

    func send(_ request: Request) async throws -> Answer {
        let sandbox = sandbox
        return try await onLoop { Answer(response: try await sandbox.answer(request)) }
    }

    /// Calls the API with the right key.
    func api(
        _ method: HTTP.Method, _ path: String, _ parameters: String = "", fields: Fields = [:]
    ) async throws -> Answer {
        var fields = fields
        if fields["authorization"] == nil { fields.append("Authorization", "Bearer \(TestSandbox.key)") }
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        return try await send(
            Request(
                method: method, path: parts[0], query: parts.count > 1 ? parts[1] : "", fields: fields,
                body: Array(parameters.utf8)))
    }

    func control(_ name: String, _ body: String = "") async throws -> Answer {
        try await send(Request(method: .post, path: "/sandbox/\(name)", body: Array(body.utf8)))
    }

    /// Creates a session and returns its ID; `more` are further parameters.
    func session(_ more: String = "", price: String = "price_delay") async throws -> String {
        let answer = try await api(.post, "/v1/checkout/sessions", TestSandbox.order(price) + more)
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["id"].string)
    }

    static func order(_ price: String = "price_delay") -> String {
        "mode=payment&line_items[0][price]=\(price)&line_items[0][quantity]=1"
            + "&success_url=http%3A%2F%2Fshop.test%2Fthanks%3Fs%3D%7BCHECKOUT_SESSION_ID%7D"
            + "&cancel_url=http%3A%2F%2Fshop.test%2F"
    }

    /// Presses a button of the payment page.
    @discardableResult
    func press(
        _ button: String, _ session: String, method: String = "card", email: String = "jenny@example.com"
    ) async throws -> Answer {
        var form = Form()
        for (name, value) in [("email", email), ("name", "Jenny"), ("method", method)] { form.append(name, value) }
        return try await send(
            Request(method: .post, path: "/pay/\(session)/\(button)", body: Array(form.encoded.utf8)))
    }

    /// Waits until `isDone`, yielding to everything else on the loop; gives up after a timeout.
    func until(_ isDone: @escaping @Loop @Sendable (Sandbox) -> Bool) async throws {
        let sandbox = sandbox
        let end = WallClock.system.now() + patience
        try await onLoop { while !isDone(sandbox), WallClock.system.now() < end { await Task.yield() } }
    }

    /// Returns a session's state from the API.
    func show(_ session: String) async throws -> JSONValue {
        try await api(.get, "/v1/checkout/sessions/\(session)").json
    }

    /// Returns the types of all events, oldest first.
    func eventTypes(_ filter: String = "") async throws -> [String] {
        let list = try await api(.get, "/v1/events?limit=100\(filter)").json
        return list["data"].elements.reversed().compactMap(\.["type"].string)
    }
}

/// How long a test waits for an expected result.
private let patience: Duration = .seconds(10)

/// A clock that is moved by hand.
final class TestClock: Sendable {
    private let instant = Mutex(Instant(unixSeconds: 1_795_201_200))

    var wallClock: WallClock { WallClock { [self] in instant.withLock { $0 } } }

    func advance(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
}

/// The shop's webhook endpoint: records deliveries and responds as scripted.
@Loop
final class Endpoint {
    struct Delivery: Sendable {
        let fields: Fields
        let body: [UInt8]
        var event: JSONValue { JSONValue(json: body) ?? .null }
    }

    private var received: [Delivery] = []
    private var statuses: [Int] = []
    private var waiter: (count: Int, outcome: Outcome<Void, Never>)?

    /// Responds with these statuses first, and with 200 after them.
    func answer(_ statuses: [Int]) { self.statuses = statuses }

    func take(_ fields: Fields, _ body: [UInt8]) -> Int {
        received.append(Delivery(fields: fields, body: body))
        if let waiter, received.count >= waiter.count { waiter.outcome.settle(.success(())) }
        return statuses.isEmpty ? 200 : statuses.removeFirst()
    }

    /// Returns everything received, once there are at least `count` deliveries or after a timeout.
    func deliveries(_ count: Int) async -> [Delivery] {
        if received.count < count {
            let outcome = Outcome<Void, Never>()
            waiter = (count, outcome)
            let timer = Timer()
            timer.set(after: patience) { outcome.settle(.success(())) }
            await outcome.value()
            timer.close()
        }
        return received
    }
}
