import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey order resend and correct-email", .freshDatabase)
struct OrderMailTests {
    private static let resend = ["order", "resend", "cs_test_1", "--reason", "spam folder"]
    private static let correct = ["order", "correct-email", "cs_test_1", "ada@example.com", "--reason", "typing error"]

    @Test("a mail that is queued again is told, for people and for programs")
    func resent() async throws {
        _ = try await DemoOrder()
        let run = try await Run.eve(Self.resend)
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output == "queued a mail with everything to buyer@example.com\n")
        let json = try await Run.eve(Self.resend + ["--json"])
        #expect(
            json.output
                == #"{"order":"\#(DemoOrder.id)","number":10001,"email":"buyer@example.com","changed":true,"dry_run":false}"#
                + "\n")
    }

    @Test(
        "the answer says why an order that opens nothing gets no mail",
        arguments: [
            ("refunded", "revoked", "opens nothing: it was refunded"),
            ("lost", "revoked", "opens nothing: a dispute over its payment was lost"),
            ("disputed", "suspended", "opens nothing: a dispute over its payment is open"),
            ("awaiting_payment", "revoked", "opens nothing: nobody has paid for it (awaiting_payment)"),
            ("paid", "revoked", "opens nothing: every license of it is closed by hand"),
        ])
    func closed(status: String, license: String, message: String) async throws {
        _ = try await DemoOrder()
        try await execute(script: "UPDATE orders SET status = '\(status)'; UPDATE licenses SET status = '\(license)'")
        let run = try await Run.eve(Self.resend)
        #expect(run.exitCode == 1)
        #expect(run.remarks == "latchkey: order 10001 \(message)\n")
    }

    @Test("a corrected address is told with the mails that go there; the same again is nothing to do")
    func corrected() async throws {
        _ = try await DemoOrder()
        let run = try await Run.eve(Self.correct)
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(
            run.output
                == "order 10001: buyer@example.com → ada@example.com; 1 mail goes there; the address before is told that it is no more\n"
        )
        let again = try await Run.eve(Self.correct + ["--json"])
        #expect(again.exitCode == 0)
        #expect(again.output.contains(#""mails":0,"previous_is_told":false,"changed":false"#))
    }

    @Test("an order that nobody has placed has no address to correct", arguments: ["pending", "expired"])
    func notPlaced(status: String) async throws {
        _ = try await DemoOrder()
        try await execute(script: "UPDATE orders SET status = '\(status)'")
        let run = try await Run.eve(Self.correct)
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("has no address yet: nobody has paid for it (\(status))"))
    }

    @Test("a paid order that has no address at all gets one")
    func noAddress() async throws {
        _ = try await DemoOrder()
        try await execute(script: "UPDATE orders SET email = NULL, customer_id = NULL")
        let resend = try await Run.eve(Self.resend)
        #expect(resend.remarks.contains("has no address: set one with `latchkey order correct-email`"))
        let run = try await Run.eve(Self.correct)
        #expect(run.output == "order 10001: no address → ada@example.com; 1 mail goes there\n")
    }

    @Test("a dry run tells what would happen and leaves no trace", arguments: [resend, correct])
    func dryRun(words: [String]) async throws {
        _ = try await DemoOrder()
        let run = try await Run.eve(words + ["--dry-run"])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.hasSuffix("\na dry run: nothing was changed\n"))
        #expect(try await auditLog() == [])
        #expect(try await texts("SELECT email FROM customers") == ["buyer@example.com"])
        #expect(try await numbers("SELECT count(*) FROM emails") == [1])
    }

    @Test(
        "an address that no mail can go to is a wrong usage",
        arguments: ["ada", "ada@example", "Ada <ada@example.com>", "ada@example.com\r\nBcc: x@example.com"])
    func badAddress(address: String) async throws {
        let run = try await Run.eve(["order", "correct-email", "cs_test_1", address, "--reason", "r"])
        #expect(run.exitCode == 2)
    }
}
