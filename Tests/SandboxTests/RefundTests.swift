import HTTP
import JSON
import Kernel
import Testing

@testable import Sandbox

@Suite("Refunds, disputes and warnings")
struct RefundTests {
    /// Returns a sandbox with one paid session.
    private func paid() async throws -> (sandbox: TestSandbox, session: String, intent: String) {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session()
        try await sandbox.press("pay", id)
        return (sandbox, id, try #require(try await sandbox.show(id)["payment_intent"].string))
    }

    @Test("a part, then the rest, then nothing is refunded")
    func refunds() async throws {
        let (sandbox, _, intent) = try await paid()
        let part = try await sandbox.api(.post, "/v1/refunds", "payment_intent=\(intent)&amount=900").json
        #expect(part["amount"] == 900)
        let charge = part["charge"].string ?? ""
        #expect(try await sandbox.api(.get, "/v1/charges/\(charge)").json["refunded"] == false)
        #expect(try await sandbox.api(.post, "/v1/refunds", "charge=\(charge)&amount=4001").status == 400)
        let rest = try await sandbox.api(.post, "/v1/refunds", "charge=\(charge)&reason=duplicate").json
        #expect(rest["amount"] == 4000)
        let after = try await sandbox.api(.get, "/v1/charges/\(charge)").json
        #expect(after["refunded"] == true)
        #expect(after["amount_refunded"] == 4900)
        #expect(after["refunds"]["data"].elements.count == 2)
        let again = try await sandbox.api(.post, "/v1/refunds", "charge=\(charge)")
        #expect(again.error["code"] == "charge_already_refunded")
        #expect(try await sandbox.api(.get, "/v1/refunds?charge=\(charge)").json["data"].elements.count == 2)
        #expect(
            try await sandbox.eventTypes("&types[]=charge.refunded&types[]=refund.created") == [
                "refund.created", "charge.refunded", "refund.created", "charge.refunded",
            ])
    }

    @Test("a refund in full has the previous attributes")
    func previous() async throws {
        let (sandbox, session, _) = try await paid()
        #expect(try await sandbox.control("refund", #"{"session":"\#(session)"}"#).json["amount"] == 4900)
        let event = try await sandbox.api(.get, "/v1/events?type=charge.refunded").json["data"].elements.first ?? .null
        #expect(event["data"]["object"]["refunded"] == true)
        #expect(event["data"]["previous_attributes"]["refunded"] == false)
        #expect(event["data"]["previous_attributes"]["amount_refunded"] == 0)
    }

    @Test(
        "an unpaid charge cannot be refunded",
        arguments: [
            "payment_intent=pi_none", "charge=ch_none", "amount=1", "payment_intent=pi_none&reason=boredom",
            "charge=x&foo=1",
        ])
    func refusesRefund(parameters: String) async throws {
        let answer = try await TestSandbox().api(.post, "/v1/refunds", parameters)
        #expect([400, 404].contains(answer.status))
    }

    @Test("a dispute suspends refunds until it is won", arguments: [("won", true), ("lost", false)])
    func disputes(outcome: String, isWon: Bool) async throws {
        let (sandbox, session, intent) = try await paid()
        let dispute = try await sandbox.control("dispute", #"{"session":"\#(session)","reason":"fraudulent"}"#).json
        #expect(dispute["status"] == "needs_response")
        #expect(dispute["payment_intent"].string == intent)
        #expect(
            try await sandbox.api(.post, "/v1/refunds", "payment_intent=\(intent)").error["code"] == "charge_disputed")
        #expect(try await sandbox.control("dispute", #"{"session":"\#(session)"}"#).status == 400)
        let closed = try await sandbox.control(
            "dispute/close", #"{"payment_intent":"\#(intent)","outcome":"\#(outcome)"}"#)
        #expect(closed.json["status"].string == outcome)
        let shown = try await sandbox.api(.get, "/v1/disputes/\(dispute["id"].string ?? "")").json
        #expect(shown["status"].string == outcome)
        let types = try await sandbox.eventTypes("&type=charge.dispute.*")
        #expect(
            types.prefix(3) == ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"])
        #expect(types.contains("charge.dispute.funds_reinstated") == isWon)
        #expect(try await sandbox.control("dispute/close", #"{"session":"\#(session)"}"#).status == 400)
    }

    @Test("a fraud warning names the charge")
    func warns() async throws {
        let (sandbox, session, intent) = try await paid()
        let warning = try await sandbox.control("early-fraud-warning", #"{"session":"\#(session)"}"#).json
        #expect(warning["payment_intent"].string == intent)
        #expect(try await sandbox.eventTypes().last == "radar.early_fraud_warning.created")
    }

    @Test(
        "a control without an object is refused",
        arguments: [
            ("refund", 404), ("dispute", 404), ("dispute/close", 404), ("early-fraud-warning", 404), ("async", 404),
            ("expire", 404), ("redeliver", 404), ("nonsense", 404),
        ])
    func refusesControl(name: String, status: Int) async throws {
        #expect(try await TestSandbox().control(name, "{}").status == status)
    }
}
