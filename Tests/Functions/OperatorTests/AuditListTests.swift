import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey audit list", .freshDatabase)
struct AuditListTests {
    private static let order = "019aa2b1-0000-7000-8000-000000000001"

    @Test("people see who did what, to which order, when and from where, the newest first")
    func lines() async throws {
        try await prepare()
        let run = try await Run.latchkey(["audit", "list"])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(
            run.output == """
                  ROW  WHEN                     WHO               WHAT             ORDER                                 FROM         DETAILS
                  3    2026-11-20 19:02:00 UTC  customer          email.corrected  019aa2b1-0000-7000-8000-000000000001  203.0.113.0  {"from": "b…@example.com"}
                  2    2026-11-20 19:01:00 UTC  operator:eve      license.revoked  019aa2b1-0000-7000-8000-000000000002  desk         {"reason": "asked"}
                  1    2026-11-20 19:00:00 UTC  function:webhook  catalog.applied  –                                     –

                """)
    }

    @Test("programs get every part, with the details as they lie in the database")
    func json() async throws {
        try await prepare()
        let run = try await Run.latchkey(["audit", "list", "--limit", "2", "--json"])
        let parts = [
            #"{"entries":[{"row":3,"at":"2026-11-20T19:02:00.000000Z","actor":"customer","action":"email.corrected","#,
            #""order_id":"019aa2b1-0000-7000-8000-000000000001","origin":"203.0.113.0","#,
            #""details":{"from": "b…@example.com"}},"#,
            #"{"row":2,"at":"2026-11-20T19:01:00.000000Z","actor":"operator:eve","action":"license.revoked","#,
            #""order_id":"019aa2b1-0000-7000-8000-000000000002","origin":"desk","details":{"reason": "asked"}}]}"#,
        ]
        #expect(run.output == parts.joined() + "\n")
    }

    @Test("--before reads on where a page ended")
    func paging() async throws {
        try await prepare()
        let run = try await Run.latchkey(["audit", "list", "--limit=1", "--before=3"])
        #expect(run.output.contains("operator:eve"))
        #expect(!run.output.contains("customer"))
        #expect(!run.output.contains("webhook"))
    }

    @Test("one order's entries are found by its ID, even of an order that is gone, its session and its payment")
    func order() async throws {
        try await prepare()
        for word in [AuditListTests.order, "cs_test_1", "pi_1"] {
            let run = try await Run.latchkey(["audit", "list", "--order", word])
            #expect(run.output.contains("email.corrected"), "\(word)")
            #expect(!run.output.contains("license.revoked"), "\(word)")
        }
        let gone = try await Run.latchkey(["audit", "list", "--order", "019aa2b1-0000-7000-8000-000000000002"])
        #expect(gone.output.contains("license.revoked"))
        let none = try await Run.latchkey(["audit", "list", "--order", "019aa2b1-0000-7000-8000-0000000000ff"])
        #expect(none.output == "no entries\n")
        let unknown = try await Run.latchkey(["audit", "list", "--order", "cs_test_2"])
        #expect(unknown.exitCode == 1)
        #expect(unknown.remarks == "latchkey: there is no such order\n")
    }

    @Test("nothing that an entry holds moves a terminal's cursor")
    func controls() async throws {
        try await prepareDatabase()
        try await execute(
            script: """
                INSERT INTO audit_log (actor, action, origin, details)
                VALUES (E'a\\x1b[2J', E'b\\rc', E'd\\u202e\\u2028e', E'{"x": "\\u009b1m\\u007f"}')
                """)
        let run = try await Run.latchkey(["audit", "list"])
        let hidden = run.output.unicodeScalars.filter { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
        #expect(hidden.map(\.value) == [10, 10])
        #expect(!run.output.contains("\u{202E}"))
        #expect(run.output.contains("a\u{FFFD}[2J"))
    }

    @Test(
        "numbers and orders that make no sense are a wrong usage",
        arguments: [
            ["--limit", "0"], ["--limit", "10001"], ["--limit", "ten"], ["--before=0"], ["--before=-1"],
            ["--order", "evt_1"], ["--order", "buyer@example.com"],
        ])
    func nonsense(words: [String]) async throws {
        let run = try await Run.latchkey(["audit", "list"] + words)
        #expect(run.exitCode == 2)
        #expect(run.output.isEmpty)
    }

    private func prepare() async throws {
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
        try await execute(
            script: """
                SET TIME ZONE 'UTC';
                INSERT INTO orders (id, shop_id, status, currency, amount_total, stripe_session_id,
                    stripe_payment_intent_id, livemode, created_at)
                SELECT '019aa2b1-0000-7000-8000-000000000001', id, 'paid', 'usd', 9800, 'cs_test_1', 'pi_1', false,
                    '2026-11-20 18:59' FROM shops;
                INSERT INTO audit_log (at, actor, action, order_id, details, origin) VALUES
                    ('2026-11-20 19:00', 'function:webhook', 'catalog.applied', NULL, '{}', ''),
                    ('2026-11-20 19:01', 'operator:eve', 'license.revoked', '019aa2b1-0000-7000-8000-000000000002',
                        '{"reason": "asked"}', 'desk'),
                    ('2026-11-20 19:02', 'customer', 'email.corrected', '019aa2b1-0000-7000-8000-000000000001',
                        '{"from": "b…@example.com"}', '203.0.113.0')
                """)
    }
}
