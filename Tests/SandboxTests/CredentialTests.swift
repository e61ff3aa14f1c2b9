import HTTP
import Kernel
import Support
import Testing

@testable import Sandbox

@Suite("The sandbox's credentials")
struct CredentialTests {
    @Test("two API keys are accepted at once, until the older is revoked")
    func apiKeys() async throws {
        let sandbox = try await TestSandbox(["STRIPE_API_KEY": "\(TestSandbox.key),sk_test_next"])
        for key in [TestSandbox.key, "sk_test_next"] { #expect(try await balance(sandbox, key) == 200) }
        #expect(try await sandbox.control("roll", #"{"credential":"api_key"}"#).status == 200)
        #expect(try await balance(sandbox, TestSandbox.key) == 401)
        #expect(try await balance(sandbox, "sk_test_next") == 200)
        #expect(try await balance(sandbox, "\(TestSandbox.key),sk_test_next") == 401)
    }

    @Test("an event carries a signature for each secret, until the older is revoked")
    func webhookSecrets() async throws {
        let sandbox = try await TestSandbox(["WEBHOOK_SECRET": "whsec_a,whsec_b"])
        #expect(try await signatures(sandbox, events: 1) == 2)
        #expect(try await sandbox.control("roll", #"{"credential":"webhook_secret"}"#).status == 200)
        #expect(try await signatures(sandbox, events: 2) == 1)
    }

    @Test("nothing else can be revoked", arguments: ["", "storage_key"])
    func unknown(credential: String) async throws {
        let sandbox = try await TestSandbox()
        #expect(try await sandbox.control("roll", #"{"credential":"\#(credential)"}"#).status == 400)
        #expect(try await balance(sandbox, TestSandbox.key) == 200)
    }

    private func balance(_ sandbox: TestSandbox, _ key: String) async throws -> Int {
        try await sandbox.api(.get, "/v1/balance", fields: ["Authorization": "Bearer \(key)"]).status
    }

    /// Returns the number of signatures of the newest of `events` events.
    private func signatures(_ sandbox: TestSandbox, events: Int) async throws -> Int {
        try await sandbox.press("pay", try await sandbox.session(price: "price_free"))
        let endpoint = sandbox.endpoint
        let taken = try await onLoop { await endpoint.deliveries(events) }
        #expect(taken.count == events)
        let header = taken.last?.fields["stripe-signature"] ?? ""
        return header.split(separator: ",").filter { $0.hasPrefix("v1=") }.count
    }
}
