import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("Who changes something, and why", .freshDatabase)
struct AuditContextTests {
    private static let changes = [
        ["order", "refund", "cs_test_1"], ["order", "resend", "cs_test_1"],
        ["order", "correct-email", "cs_test_1", "ada@example.com"], ["license", "revoke", "AJ9C"],
        ["license", "reinstate", "AJ9C"], ["license", "reissue", "AJ9C"],
    ]

    @Test("nothing is changed without a reason", arguments: changes)
    func noReason(words: [String]) async throws {
        let run = try await Run.eve(words)
        #expect(run.exitCode == 2)
        #expect(run.remarks.hasPrefix("latchkey: --reason TEXT is missing\n"))
        let blank = try await Run.eve(words + ["--reason", "  "])
        #expect(blank.exitCode == 2)
        #expect(blank.remarks.hasPrefix("latchkey: --reason says nothing\n"))
    }

    @Test(
        "a reason that must not be kept is refused",
        arguments: [
            "told by ada@example.com", "mail to (ada@example.com), please", "key GENX-855E-K7EH-AJ9C is public",
            "was ada@example.com.", "mailto:ada@example.com", "'ada@example.com'", "ada%40example.com",
            "ada＠example.com",
            "leaked key:GENX-855E-K7EH-AJ9C", "leaked GENX 855E K7EH AJ9C", "GENX-855E-K7EH-AJ9C/2 machines",
            "two\nlines", "\u{1B}[2J", "\u{202E}x", String(repeating: "x", count: 501),
        ])
    func badReason(reason: String) async throws {
        let run = try await Run.eve(["license", "revoke", "AJ9C", "--reason", reason])
        #expect(run.exitCode == 2)
        #expect(!run.remarks.contains("ada@"))
        #expect(!run.remarks.contains("K7EH"))
    }

    @Test("a reason in any language is kept as it is")
    func goodReason() async throws {
        _ = try await DemoOrder()
        let reason = "Käufer rief an: «zurück», 100 % 🎛️"
        _ = try await Run.eve(["license", "revoke", DemoOrder.license, "--reason", reason])
        #expect(try await texts("SELECT details->>'reason' FROM audit_log") == [reason])
    }

    @Test(
        "who it was comes from LATCHKEY_OPERATOR, else from the login's name",
        arguments: [
            (["LATCHKEY_OPERATOR": "eve", "USER": "root"], "operator:eve"),
            (["LATCHKEY_OPERATOR": "", "USER": "mallory"], "operator:mallory"),
            (["LATCHKEY_OPERATOR": "", "LOGNAME": "bob"], "operator:bob"),
        ])
    func names(environment: [String: String], actor: String) async throws {
        _ = try await DemoOrder()
        let run = try await Run.eve(["license", "revoke", DemoOrder.license, "--reason", "r"], environment)
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(try await texts("SELECT actor FROM audit_log WHERE origin <> ''") == [actor])
    }

    @Test("nobody in particular changes nothing", arguments: ["", "a\nb", String(repeating: "x", count: 65)])
    func nobody(name: String) async throws {
        let run = try await Run.eve(
            ["license", "revoke", DemoOrder.license, "--reason", "r"], ["LATCHKEY_OPERATOR": name])
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("LATCHKEY_OPERATOR"))
    }
}
