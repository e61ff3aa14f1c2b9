import EventLoop
import HTTP
import JSON
import Kernel
import Support
import Testing

@testable import Sandbox

@Suite("Delivery of events")
struct DeliveryTests {
    @Test("the signature is what Python's hmac makes of the same bytes, one for each secret")
    func signature() {
        let header = WebhookSignature.header(
            Array(#"{"id": "evt_1"}"#.utf8), at: Instant(unixSeconds: 1_795_201_200),
            secrets: [Secret("whsec_test"), Secret("whsec_next")])
        #expect(
            header
                == "t=1795201200,v1=1f7146e9f215624d33618d544d3464476c3e71db407062c62e2165207a6ed403,v1=a6f30d11c22c1e8457ba7c5b762e6108c014e0c6e25aa9dcfa5d1f6adf112ccb"
        )
    }

    @Test("an event is signed over its exact bytes, with one delivery outstanding")
    func delivers() async throws {
        let sandbox = try await TestSandbox()
        try await sandbox.press("pay", try await sandbox.session())
        let deliveries = try await received(sandbox, 3)
        for delivery in deliveries {
            let expected = WebhookSignature.header(
                delivery.body, at: Instant(unixSeconds: 1_795_201_200), secrets: [Secret("whsec_test")])
            #expect(delivery.fields["stripe-signature"] == expected)
            #expect(delivery.event["pending_webhooks"] == 1)
            #expect(delivery.event["api_version"].string == apiVersion)
            #expect(delivery.event["request"]["id"].isNull)
            #expect(String(decoding: delivery.body.prefix(12), as: UTF8.self) == "{\n  \"id\": \"e")
        }
        #expect(try await sandbox.eventTypes("&delivery_success=true").count == 3)
        #expect(try await sandbox.eventTypes("&delivery_success=false").isEmpty)
    }

    @Test("an event of an API call names the call and its key")
    func names() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session()
        let answer = try await sandbox.api(
            .post, "/v1/checkout/sessions/\(id)/expire", fields: ["Idempotency-Key": "k7"])
        let event = try await received(sandbox, 1).first?.event ?? .null
        #expect(event["request"]["id"].string == answer.response.fields["request-id"])
        #expect(event["request"]["idempotency_key"] == "k7")
    }

    @Test("a refused event is delivered again, a bounded number of times")
    func retries() async throws {
        let sandbox = try await TestSandbox()
        let endpoint = sandbox.endpoint
        try await onLoop { endpoint.answer([500, 0, 503]) }
        let id = try await sandbox.session()
        _ = try await sandbox.control("expire", #"{"session":"\#(id)"}"#)
        let deliveries = try await received(sandbox, 3)
        #expect(Set(deliveries.map(\.event["id"].string)).count == 1)
        let attempts = try await attempts(sandbox, id, 3)
        #expect(attempts.map(\.["status"].integer) == [500, 0, 503])
        #expect(attempts.map(\.["attempt"].integer) == [1, 2, 3])
        #expect(try await sandbox.eventTypes("&delivery_success=false") == ["checkout.session.expired"])
    }

    @Test("an outage holds events back; its end delivers or drops them", arguments: [false, true])
    func pauses(isDropping: Bool) async throws {
        let sandbox = try await TestSandbox()
        _ = try await sandbox.control("deliveries/pause")
        let id = try await sandbox.session(price: "price_free")
        try await sandbox.press("pay", id)
        #expect(try await sandbox.eventTypes("&delivery_success=false") == ["checkout.session.completed"])
        #expect(try await sandbox.send(Request(path: "/sandbox/deliveries")).json.elements.isEmpty)
        let state = try await sandbox.control("deliveries/resume", #"{"drop":\#(isDropping)}"#).json
        #expect(state["paused"] == false)
        let other = try await sandbox.session(price: "price_free")
        try await sandbox.press("pay", other)
        let sessions = try await received(sandbox, isDropping ? 1 : 2).map(\.event["data"]["object"]["id"].string)
        #expect(Set(sessions) == (isDropping ? [other] : [id, other]))
        #expect(try await sandbox.eventTypes("&delivery_success=false").count == (isDropping ? 1 : 0))
    }

    @Test("an event can be sent again, several times at once, outage or not")
    func redelivers() async throws {
        let sandbox = try await TestSandbox()
        _ = try await sandbox.control("deliveries/pause")
        try await sandbox.press("pay", try await sandbox.session(price: "price_free"))
        let event = try await sandbox.api(.get, "/v1/events").json["data"].elements.first?["id"].string ?? ""
        let endpoint = sandbox.endpoint
        try await onLoop { endpoint.answer([500]) }
        let answer = try await sandbox.control("redeliver", #"{"event_id":"\#(event)","copies":3}"#).json
        #expect(answer["statuses"].elements.compactMap(\.integer).sorted() == [200, 200, 500])
        #expect(try await received(sandbox, 3).count == 3)
        #expect(try await sandbox.control("redeliver", #"{"event_id":"\#(event)","copies":0}"#).status == 400)
    }

    @Test("without an endpoint nothing is outstanding")
    func noEndpoint() async throws {
        let sandbox = try await TestSandbox(["WEBHOOK_URL": ""])
        try await sandbox.press("pay", try await sandbox.session())
        #expect(try await sandbox.eventTypes("&delivery_success=true").count == 3)
    }

    @Test("a reset forgets everything")
    func resets() async throws {
        let sandbox = try await TestSandbox()
        _ = try await sandbox.control("deliveries/pause")
        _ = try await sandbox.control("faults", #"{"kind":"cut","path":"/v1/none"}"#)
        let id = try await sandbox.session()
        try await sandbox.press("pay", id)
        let state = try await sandbox.control("reset").json
        for (name, value) in state.members {
            #expect(value == 0 || value == .bool(false) || value == .array([]), "\(name)")
        }
        #expect(try await sandbox.api(.get, "/v1/checkout/sessions/\(id)").status == 404)
    }

    @Test(
        "events are listed by type, several types and patterns",
        arguments: [
            ("&type=charge.succeeded", 1), ("&types[]=charge.succeeded&types[]=checkout.session.completed", 2),
            ("&type=payment_intent.*", 1), ("&types[0]=none", 0), ("&created[gt]=1795201200", 0),
        ])
    func lists(filter: String, count: Int) async throws {
        let sandbox = try await TestSandbox()
        try await sandbox.press("pay", try await sandbox.session())
        #expect(try await sandbox.eventTypes(filter).count == count)
    }

    private func received(_ sandbox: TestSandbox, _ count: Int) async throws -> [Endpoint.Delivery] {
        let endpoint = sandbox.endpoint
        return try await onLoop { await endpoint.deliveries(count) }
    }

    /// Returns the attempts for a session, once there are `count`.
    private func attempts(_ sandbox: TestSandbox, _ session: String, _ count: Int) async throws -> [JSONValue] {
        try await sandbox.until { $0.state.events.attempts.count >= count }
        return try await sandbox.send(Request(path: "/sandbox/deliveries", query: "session=\(session)")).json.elements
    }
}
