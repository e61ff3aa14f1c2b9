import Audit
import EventLoop
import Kernel
import Outbox
import Postgres
import Support
import Testing

@Suite("Reviving dead mails", .freshDatabase)
struct EmailRevivalTests {
    private static let ids = (6...9).map { "019aa2b1-0000-7000-8000-00000000000\($0)" }

    @Test("all that are dead wait again, but for those to an address that the order no longer has; once, and audited")
    func all() async throws {
        try await outbox()
        #expect(try await revive(nil) == 1)
        #expect(try await states() == ["pending 0", "dead 3", "sent 1", "pending 1"])
        #expect(
            try await texts("SELECT DISTINCT status FROM emails WHERE next_attempt_at = '2026-11-20 18:59Z'") == [
                "pending"
            ])
        #expect(try await revive(nil) == 0)
        #expect(
            try await auditLog() == [#"operator:eve mails.retried {"count": 1, "reason": "provider is back"}"#])
    }

    @Test("one mail is revived by its ID; one that is not dead, or must not go, stays as it is", arguments: [0, 1, 2])
    func one(index: Int) async throws {
        try await outbox()
        let mail = try #require(EmailID(Self.ids[index]))
        #expect(try await revive(mail) == (index == 0 ? 1 : 0))
        #expect(try await states() == [index == 0 ? "pending 0" : "dead 12", "dead 3", "sent 1", "pending 1"])
        #expect(
            try await texts("SELECT details->>'mail' FROM audit_log WHERE action = 'mails.retried'")
                == (index == 0 ? [Self.ids[0]] : []))
    }

    @Test("a dry run counts the same and leaves no trace")
    func dryRun() async throws {
        try await outbox()
        #expect(try await revive(nil, dryRun: true) == 1)
        #expect(try await states() == ["dead 12", "dead 3", "sent 1", "pending 1"])
        #expect(try await auditLog() == [])
    }

    private func revive(_ mail: EmailID?, dryRun: Bool = false) async throws -> Int {
        let context = AuditContext(.operator("eve"), from: "desk", because: "provider is back", at: testNow)
        return try await withConnection { connection in
            try await EmailRevival(AuditedConnection(connection, by: context, dryRun: dryRun)).revive(mail)
        }
    }

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

    private func states() async throws -> [String] {
        try await texts(
            """
            SELECT status || ' ' || attempts FROM emails
            WHERE id > '019aa2b1-0000-7000-8000-000000000005' ORDER BY id
            """)
    }
}
