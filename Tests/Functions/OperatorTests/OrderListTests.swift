import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey order list", .freshDatabase)
struct OrderListTests {
    @Test("people see the newest first, with what was bought, by whom, and what went back")
    func lines() async throws {
        try await prepare()
        let run = try await Run.latchkey(["order", "list"])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(
            run.output == """
                  NUMBER  ORDERED                  ID                                    STATUS                     TOTAL      REFUNDED   BOUGHT          BUYER
                  –       2026-11-20 18:30:00 UTC  019aa2b1-0000-7000-8000-000000000003  pending (test)             49.00 USD  –          –               –
                  10002   2026-11-10 12:00:00 UTC  019aa2b1-0000-7000-8000-000000000002  partially_refunded (test)  98.00 USD  12.50 USD  2 × genx-delay  Ada@Example.com
                  10001   2026-10-01 12:00:00 UTC  019aa2b1-0000-7000-8000-000000000001  paid                       4900 JPY   –          1 × genx-delay  eve@example.com

                """)
    }

    @Test(
        "filters leave the others out",
        arguments: [
            (["--status", "paid"], [1]), (["--status", "disputed"], []), (["--email", "ada@example.com"], [2]),
            (["--since", "2026-11-20"], [3]), (["--since", "30d"], [3, 2]), (["--since", "28m"], []),
            (["--since", "2026-11-10T12:00:00Z"], [3, 2]), (["--since=1h", "--status=pending"], [3]),
            (["--before", "019aa2b1-0000-7000-8000-000000000002"], [1]),
        ])
    func filters(words: [String], expected: [Int]) async throws {
        try await prepare()
        let run = try await Run.latchkey(["order", "list"] + words)
        let shown = (1...3).reversed().filter { run.output.contains("019aa2b1-0000-7000-8000-00000000000\($0)") }
        #expect(shown == expected, "\(run.output)\(run.remarks)")
        #expect(expected.isEmpty == (run.output == "no orders\n"))
    }

    @Test("a page ends with where the next one begins")
    func pages() async throws {
        try await prepare()
        let first = try await Run.latchkey(["order", "list", "--limit", "2"])
        #expect(first.output.hasSuffix("\n\nmore: --before 019aa2b1-0000-7000-8000-000000000002\n"))
        let last = try await Run.latchkey(["order", "list", "--limit", "3"])
        #expect(!last.output.contains("more:"))
    }

    @Test("the answer for programs has the agreed members")
    func json() async throws {
        try await prepare()
        let run = try await Run.latchkey(["order", "list", "--limit=1", "--json", "--email=ada@example.com"])
        #expect(
            run.output
                == #"{"orders":[{"id":"019aa2b1-0000-7000-8000-000000000002","number":10002,"status":"partially_refunded","#
                + #""email":"Ada@Example.com","currency":"usd","amount_total":9800,"amount_refunded":1250,"#
                + #""products":["genx-delay"],"quantity":2,"livemode":false,"created_at":"2026-11-10T12:00:00.000000Z"}],"#
                + #""next":null}"# + "\n")
        let page = try await Run.latchkey(["order", "list", "--limit=1", "--json"])
        #expect(page.output.hasSuffix(#""next":"019aa2b1-0000-7000-8000-000000000003"}"# + "\n"))
    }

    @Test(
        "what cannot be meant is a wrong usage",
        arguments: [
            ["--status", "payed"], ["--email", "ada"], ["--since", "yesterday"], ["--since", "2026-11-31"],
            ["--since", "30"], ["--since=-1d"], ["--limit", "0"], ["--limit", "all"], ["--before", "cs_test_1"],
            ["ada@example.com"],
        ])
    func nonsense(words: [String]) async throws {
        let run = try await Run.latchkey(["order", "list"] + words)
        #expect(run.exitCode == 2)
        #expect(run.output.isEmpty)
    }

    private func prepare() async throws {
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
        try await execute(
            script: """
                SET TIME ZONE 'UTC';
                INSERT INTO orders (id, shop_id, status, email, currency, amount_total, amount_refunded, livemode, created_at)
                SELECT o.*  FROM shops s, LATERAL (VALUES
                    ('019aa2b1-0000-7000-8000-000000000001'::uuid, s.id, 'paid', 'eve@example.com', 'jpy', 4900, 0, true,
                        '2026-10-01 12:00'::timestamptz),
                    ('019aa2b1-0000-7000-8000-000000000002', s.id, 'partially_refunded', 'Ada@Example.com', 'usd', 9800, 1250,
                        false, '2026-11-10 12:00'),
                    ('019aa2b1-0000-7000-8000-000000000003', s.id, 'pending', NULL, 'usd', 4900, 0, false,
                        '2026-11-20 18:30')) o;
                INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
                SELECT o.id, 1, p.id, o.amount_total / 4900, 4900, o.amount_total FROM orders o, products p
                WHERE o.status <> 'pending';
                UPDATE orders SET paid_at = created_at WHERE id = '019aa2b1-0000-7000-8000-000000000001';
                UPDATE orders SET paid_at = created_at WHERE id = '019aa2b1-0000-7000-8000-000000000002';
                """)
    }
}
