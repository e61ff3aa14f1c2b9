import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey mail list and retry", .freshDatabase)
struct MailTests {
    private static let ids = (6...9).map { "019aa2b1-0000-7000-8000-00000000000\($0)" }
    private static let retry = ["mail", "retry", "all", "--reason", "provider is back"]

    /// Two that were given up, one of them for an address that the order no longer has; one sent, one that waits.
    private func outbox() async throws {
        _ = try await DemoOrder()
        try await execute(
            script: """
                INSERT INTO emails (id, order_id, kind, recipient, status, attempts, last_error, next_attempt_at, created_at)
                SELECT ('019aa2b1-0000-7000-8000-00000000000' || number)::uuid, '\(DemoOrder.id)', 'receipt', recipient,
                    status, attempts, error, '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z'
                FROM (VALUES (6, 'buyer@example.com', 'dead', 12, 'no answer'), (7, 'old@example.com', 'dead', 3, 'gone'),
                    (8, 'buyer@example.com', 'sent', 1, NULL), (9, 'buyer@example.com', 'pending', 1, 'later'))
                    m (number, recipient, status, attempts, error)
                """)
    }

    @Test("the list shows what was given up and why, page by page")
    func list() async throws {
        try await outbox()
        let dead = try await Run.latchkey(["mail", "list", "--status", "dead"])
        let lines = dead.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.map(\.last) == ["WHY", "gone", "answer"], "\(dead.remarks)")
        #expect(lines.dropFirst().map { $0[3] } == [Self.ids[1], Self.ids[0]])
        let page = try await Run.latchkey(["mail", "list", "--limit", "1", "--json"])
        #expect(page.output.contains(#""next":"\#(Self.ids[3])""#))
        let rest = try await Run.latchkey(["mail", "list", "--before", Self.ids[3], "--json"])
        #expect(rest.output.contains(Self.ids[2]) && !rest.output.contains(Self.ids[3]))
        #expect(rest.output.contains(#""next":null"#))
        #expect(try await Run.latchkey(["mail", "list", "--status", "lost"]).exitCode == 2)
    }

    @Test("how many are queued again is told; a dry run tells the same, and again there is none")
    func retryAll() async throws {
        try await outbox()
        let trial = try await Run.eve(Self.retry + ["--dry-run"])
        #expect(trial.output == "queued 1 mail again\na dry run: nothing was changed\n", "\(trial.remarks)")
        #expect(try await states() == ["dead 12", "dead 3", "sent 1", "pending 1"])
        #expect(try await Run.eve(Self.retry).output == "queued 1 mail again\n")
        #expect(try await Run.eve(Self.retry).output == "queued 0 mails again\n")
    }

    @Test("one mail is named by its ID; that one is not dead, or must not go, is exit code 1", arguments: [0, 1, 2])
    func retryOne(index: Int) async throws {
        try await outbox()
        let run = try await Run.eve(["mail", "retry", Self.ids[index], "--reason", "mailbox was full"])
        #expect(run.exitCode == (index == 0 ? 0 : 1))
        #expect(try await states()[0] == (index == 0 ? "pending 0" : "dead 12"))
        #expect(try await Run.eve(["mail", "retry", "every", "--reason", "r"]).exitCode == 2)
    }

    @Test("a held outbox is told, with the reason and the next probe, and a retry lets the next mail probe at once")
    func held() async throws {
        try await outbox()
        #expect(try await Run.latchkey(["mail", "list", "--json"]).output.contains(#""held":null"#))
        try await execute(
            script: """
                UPDATE outbox_hold SET held_since = '2026-11-20T10:00:00Z', next_probe_at = '2099-01-01T00:00:00Z',
                    reason = 'the mail server does not accept our login or sender (554 5.7.1)'
                """)
        let list = try await Run.latchkey(["mail", "list"]).output
        #expect(list.hasPrefix("the outbox is held since 2026-11-20 10:00:00 UTC: the mail server does not"), "\(list)")
        #expect(list.contains("(554 5.7.1); 1 mail waits\n") || list.contains("(554 5.7.1); 2 mails wait\n"), "\(list)")
        let json = try await Run.latchkey(["mail", "list", "--json"]).output
        #expect(json.contains(#""next_probe_at":"2099-01-01T00:00:00"#), "\(json)")
        let doctor = try await Run.latchkey(["doctor"]).output
        #expect(doctor.contains("✗ outbox") && doctor.contains("→ look at the account"), "\(doctor)")
        #expect(try await Run.eve(Self.retry).exitCode == 0)
        #expect(try await texts("SELECT (next_probe_at < '2099-01-01')::text FROM outbox_hold") == ["true"])
    }

    private func states() async throws -> [String] {
        try await texts(
            """
            SELECT status || ' ' || attempts FROM emails
            WHERE id > '019aa2b1-0000-7000-8000-000000000005' ORDER BY id
            """)
    }
}
