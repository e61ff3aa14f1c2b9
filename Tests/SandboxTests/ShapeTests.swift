import HTTP
import JSON
import Kernel
import Support
import Testing

@testable import Sandbox

/// Every field of Stripe's published example is in the sandbox's objects.
@Suite("Shapes")
struct ShapeTests {
    private static func fixture(_ resource: String) throws -> JSONValue {
        let fixtures = try #require(JSONValue(json: try vector("stripe/fixtures3.json")))
        return fixtures["resources"][resource]
    }

    /// Returns the paths that `object` lacks; a `null` member lacks none.
    private static func missing(_ object: JSONValue, _ example: JSONValue, _ path: String = "") -> [String] {
        example.members.flatMap { name, value -> [String] in
            guard let member = object.members.first(where: { $0.0 == name })?.1 else { return ["\(path)\(name)"] }
            guard case .object = member else { return [] }
            return missing(member, value, "\(path)\(name).")
        }
    }

    @Test(
        "the templates are Stripe's own",
        arguments: [
            "checkout.session", "item", "payment_intent", "charge", "refund", "dispute", "radar.early_fraud_warning",
            "event", "balance", "webhook_endpoint",
        ])
    func templates(resource: String) throws {
        let fixture = try ShapeTests.fixture(resource)
        #expect(!fixture.members.isEmpty)
        #expect(Templates.object(resource).pretty == fixture.pretty)
    }

    @Test("a session has every field, open, paid and expired")
    func session() async throws {
        let sandbox = try await TestSandbox()
        let example = try ShapeTests.fixture("checkout.session")
        let open = try await sandbox.session("&consent_collection[terms_of_service]=required")
        #expect(ShapeTests.missing(try await sandbox.show(open), example) == [])
        try await sandbox.press("pay", open)
        #expect(ShapeTests.missing(try await sandbox.show(open), example) == [])
        let expired = try await sandbox.session()
        _ = try await sandbox.api(.post, "/v1/checkout/sessions/\(expired)/expire")
        #expect(ShapeTests.missing(try await sandbox.show(expired), example) == [])
    }

    @Test("payment, charge, refund, dispute, line item, warning and event have every field")
    func others() async throws {
        let sandbox = try await TestSandbox()
        let session = try await sandbox.session()
        try await sandbox.press("pay", session)
        let refund = try await sandbox.control("refund", #"{"session":"\#(session)","amount":100}"#).json
        let warning = try await sandbox.control("early-fraud-warning", #"{"session":"\#(session)"}"#).json
        let dispute = try await sandbox.control("dispute", #"{"session":"\#(session)"}"#).json
        let intent = try await sandbox.api(
            .get,
            "/v1/payment_intents/\(try await sandbox.show(session)["payment_intent"].string ?? "")?expand[]=latest_charge"
        ).json
        let items = try await sandbox.api(.get, "/v1/checkout/sessions/\(session)/line_items").json
        let event = try await sandbox.api(.get, "/v1/events?limit=1").json["data"].elements.first ?? .null
        let shown: [(String, JSONValue)] = [
            ("refund", refund), ("radar.early_fraud_warning", warning), ("dispute", dispute),
            ("payment_intent", intent), ("charge", intent["latest_charge"]),
            ("item", items["data"].elements.first ?? .null),
        ]
        for (resource, object) in shown {
            #expect(ShapeTests.missing(object, try ShapeTests.fixture(resource)) == [], "\(resource)")
        }
        #expect(ShapeTests.missing(event.setting([("data", .null)]), try ShapeTests.fixture("event")) == [])
    }

    @Test("documents are formatted like Stripe's, byte for byte")
    func pretty() throws {
        let vector = String(decoding: try vector("stripe/event_test_signature.json"), as: UTF8.self)
        let document = try #require(JSONValue(json: Array(vector.utf8)))
        #expect(document.pretty == vector.trimmingBlanks())
    }

    @Test(
        "IDs look like Stripe's",
        arguments: [("cs_test_", 66), ("pi_", 27), ("evt_", 28), ("ch_", 27), ("re_", 27), ("dp_", 27)])
    func ids(prefix: String, length: Int) async throws {
        let sandbox = try await TestSandbox()
        let session = try await sandbox.session()
        try await sandbox.press("pay", session)
        _ = try await sandbox.control("refund", #"{"session":"\#(session)","amount":1}"#)
        _ = try await sandbox.control("dispute", #"{"session":"\#(session)"}"#)
        let pages = try await sandbox.api(.get, "/v1/events?limit=100").text
        let words = pages.split { !($0.isLetter || $0.isNumber || $0 == "_") || !$0.isASCII }
        #expect(words.contains { $0.hasPrefix(prefix) && $0.count == length })
    }
}
