import EventLoop
import HTTP
import JSON
import Kernel
import Support
import Testing

@testable import Sandbox

@Suite("Idempotency keys and faults")
struct IdempotencyTests {
    private let path = "/v1/checkout/sessions"

    @Test("the same key and parameters give the same response, marked as replayed")
    func replays() async throws {
        let sandbox = try await TestSandbox()
        let first = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        let second = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        #expect(first.response.body == second.response.body)
        #expect(first.response.fields["idempotent-replayed"] == nil)
        #expect(second.response.fields["idempotent-replayed"] == "true")
        #expect(second.response.fields["original-request"] == first.response.fields["request-id"])
        #expect(try await sandbox.api(.get, path).json["data"].elements.count == 1)
    }

    @Test("the same key with other parameters or at another endpoint is refused")
    func differs() async throws {
        let sandbox = try await TestSandbox()
        _ = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        let other = try await sandbox.api(
            .post, path, TestSandbox.order() + "&locale=de", fields: ["Idempotency-Key": "k"])
        #expect(other.status == 400)
        #expect(other.error["type"] == "idempotency_error")
        let elsewhere = try await sandbox.api(
            .post, "/v1/refunds", TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        #expect(elsewhere.error["type"] == "idempotency_error")
    }

    @Test("a refused call may be corrected under the same key")
    func repairs() async throws {
        let sandbox = try await TestSandbox()
        let broken = try await sandbox.api(.post, path, "mode=payment", fields: ["Idempotency-Key": "k"])
        #expect(broken.status == 400)
        let mended = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        #expect(mended.status == 200)
    }

    @Test("the same key while the first call is under way is 409")
    func concurrent() async throws {
        let sandbox = try await TestSandbox()
        _ = try await sandbox.control("faults", #"{"kind":"delay","ms":5000}"#)
        async let slow = sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        try await sandbox.until { $0.faults.faults.isEmpty }
        let second = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        #expect(second.status == 409)
        #expect(second.error["code"] == "idempotency_key_in_use")
        #expect(try await slow.status == 200)
    }

    @Test("429 and 500 do nothing, and the same key works afterwards", arguments: [("429", 429), ("500", 500)])
    func refusals(kind: String, status: Int) async throws {
        let sandbox = try await TestSandbox()
        _ = try await sandbox.control("faults", #"{"kind":"\#(kind)","calls":2,"path":"/v1/checkout/sessions"}"#)
        #expect(try await sandbox.api(.get, "/v1/balance").status == 200)
        for expected in [status, status, 200] {
            let answer = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
            #expect(answer.status == expected)
        }
        #expect(try await sandbox.api(.get, path).json["data"].elements.count == 1)
    }

    @Test("a cut call took effect: the repeat gets the whole response")
    func cut() async throws {
        let sandbox = try await TestSandbox()
        _ = try await sandbox.control("faults", #"{"kind":"cut"}"#)
        let cut = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        let announced = Int(cut.response.fields["content-length"] ?? "") ?? 0
        #expect(announced > cut.response.body.count)
        let repeated = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        #expect(repeated.response.body.count == announced)
        #expect(repeated.response.fields["idempotent-replayed"] == "true")
    }

    @Test("a hanging call took effect before it hung")
    func hang() async throws {
        let sandbox = try await TestSandbox()
        _ = try await sandbox.control("faults", #"{"kind":"hang","ms":1000}"#)
        async let hanging = sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        try await sandbox.until { $0.state.sessions.count == 1 }
        let repeated = try await sandbox.api(.post, path, TestSandbox.order(), fields: ["Idempotency-Key": "k"])
        #expect(repeated.response.fields["idempotent-replayed"] == "true")
        #expect(try await hanging.response.body == repeated.response.body)
    }

    @Test(
        "an invalid fault is refused", arguments: [#"{"kind":"flood"}"#, #"{"kind":"cut","calls":0}"#, "[]", "{"])
    func nonsense(body: String) async throws {
        #expect(try await TestSandbox().control("faults", body).status == 400)
    }
}
