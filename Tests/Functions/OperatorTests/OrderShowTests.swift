import FoundationEssentials
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey order show", .freshDatabase)
struct OrderShowTests {
    private static let id = "019aa2b1-0000-7000-8000-000000000001"

    @Test(
        "an order is found by its number, its ID, its session and its payment",
        arguments: ["10001", "#10001", id, id.uppercased(), "cs_test_1", "pi_1"])
    func found(word: String) async throws {
        try await prepare()
        let run = try await Run.latchkey(["order", "show", word])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(
            run.output == """
                Order 10001
                  id       019aa2b1-0000-7000-8000-000000000001
                  status   paid (test mode)
                  total    98.00 USD
                  buyer    buyer@example.com
                  session  cs_test_1
                  payment  pi_1
                  ordered  2026-11-20 18:59:00 UTC
                  paid     2026-11-20 19:00:00 UTC

                Lines
                  1.  2 ×  GenX Delay  genx-delay  49.00 USD each  98.00 USD

                Licenses
                  …-ABCD  active   genx-delay  version 1  019aa2b1-0000-7000-8000-000000000002
                  …-WXYZ  revoked  genx-delay  version 2  019aa2b1-0000-7000-8000-000000000003

                Mails
                  receipt  sent     1 attempt   buyer@example.com  at 2026-11-20 19:00:01 UTC
                  resend   pending  3 attempts  buyer@example.com  next 2026-11-20 20:00:00 UTC  could not connect

                Download links
                  019aa2b1-0000-7000-8000-000000000004  1 of 20 used  until 2026-11-27 19:00:00 UTC  revoked

                """)
    }

    @Test("the answer for programs has the agreed members")
    func json() async throws {
        try await prepare()
        let run = try await Run.latchkey(["order", "show", "cs_test_1", "--json", "--events"])
        let parts = [
            #"{"id":"019aa2b1-0000-7000-8000-000000000001","number":10001,"status":"paid","email":"buyer@example.com","stated_email":null,"#,
            #""currency":"usd","amount_total":9800,"presentment_currency":null,"presentment_amount":null,"amount_refunded":0,"stripe_session_id":"cs_test_1","#,
            #""stripe_payment_intent_id":"pi_1","livemode":false,"created_at":"2026-11-20T18:59:00.000000Z","#,
            #""paid_at":"2026-11-20T19:00:00.000000Z","last_payment_error":null,"last_payment_error_at":null,"#,
            #""email_corrected_at":null,"#,
            #""lines":[{"line":1,"product":"genx-delay","name":"GenX Delay","quantity":2,"unit_amount":4900,"#,
            #""amount_discount":0,"amount_tax":0,"amount_total":9800,"amount_refunded":0}],"#,
            #""licenses":[{"id":"019aa2b1-0000-7000-8000-000000000002","line":1,"last4":"ABCD","status":"active","#,
            #""product":"genx-delay","key_version":1,"reissues":0,"held_at":null},"#,
            #"{"id":"019aa2b1-0000-7000-8000-000000000003","line":1,"last4":"WXYZ","status":"revoked","#,
            #""product":"genx-delay","key_version":2,"reissues":0,"held_at":null}],"refunds":[],"disputes":[],"#,
            #""emails":[{"id":"019aa2b1-0000-7000-8000-000000000005","kind":"receipt","status":"sent","#,
            #""attempts":1,"recipient":"buyer@example.com","sent_at":"2026-11-20T19:00:01.000000Z","#,
            #""next_attempt_at":"2026-11-20T19:00:00.000000Z","last_error":null},"#,
            #"{"id":"019aa2b1-0000-7000-8000-000000000006","kind":"resend","status":"pending","#,
            #""attempts":3,"recipient":"buyer@example.com","sent_at":null,"#,
            #""next_attempt_at":"2026-11-20T20:00:00.000000Z","last_error":"could not connect"}],"#,
            #""grants":[{"id":"019aa2b1-0000-7000-8000-000000000004","line":1,"uses":1,"max_uses":20,"#,
            #""expires_at":"2026-11-27T19:00:00.000000Z","revoked":true}],"history":[],"#,
            #""events":[{"id":"evt_1","type":"checkout.session.completed","status":"processed","attempts":1,"#,
            #""received_at":"2026-11-20T19:00:00.000000Z","error":null}]}"#,
        ]
        #expect(run.output == parts.joined() + "\n")
    }

    @Test("an order is found by a license of it: its ID, its last four symbols")
    func foundByLicense() async throws {
        try await prepare()
        for word in ["019aa2b1-0000-7000-8000-000000000003", "WXYZ", "…-wxyz"] {
            let run = try await Run.latchkey(["order", "show", word])
            #expect(run.output.hasPrefix("Order 10001\n"), "\(word): \(run.remarks)")
        }
    }

    @Test("refunds, disputes, failures, corrections and what was done by hand are shown where there are any")
    func story() async throws {
        try await prepare()
        try await execute(
            script: """
                SET TIME ZONE 'UTC';
                UPDATE orders SET status = 'disputed', amount_refunded = 1250, last_payment_error = 'card_declined',
                    last_payment_error_at = '2026-11-20 18:59:30', email_corrected_at = '2026-11-20 19:05',
                    presentment_amount = 7421, presentment_currency = 'jpy';
                UPDATE licenses SET held_at = '2026-11-20 19:10', reissues = 2 WHERE key_last_four = 'WXYZ';
                INSERT INTO refunds VALUES ('re_1', 'pi_1', 1250, 'succeeded', '2026-11-20 20:00');
                INSERT INTO disputes VALUES ('dp_1', 'pi_1', 'open', '2026-11-20 21:00');
                INSERT INTO audit_log (at, actor, action, order_id, details, origin)
                SELECT '2026-11-20 19:10', 'operator:eve', 'license.revoked', id, '{"reason": "asked"}', 'desk' FROM orders;
                """)
        let run = try await Run.latchkey(["order", "show", "cs_test_1"])
        for part in [
            "  paid               2026-11-20 19:00:00 UTC\n  charged            7421 JPY, in the buyer's currency\n",
            "  refunded           12.50 USD\n",
            "  of no line         12.50 USD\n",
            "  last failure       card_declined at 2026-11-20 18:59:30 UTC\n",
            "  address put right  2026-11-20 19:05:00 UTC\n",
            "\n\nRefunds\n  2026-11-20 20:00:00 UTC  12.50 USD  succeeded  re_1\n",
            "\n\nDisputes\n  2026-11-20 21:00:00 UTC  open  dp_1\n",
            "  version 2, reissued 2×  019aa2b1-0000-7000-8000-000000000003  closed by hand 2026-11-20 19:10:00 UTC\n",
            "\n\nHistory\n  2026-11-20 19:10:00 UTC  operator:eve  license.revoked  {\"reason\": \"asked\"}\n",
        ] {
            #expect(run.output.contains(part), "\(part) is missing in \(run.output)")
        }
        let json = try await Run.latchkey(["order", "show", "cs_test_1", "--json"])
        for part in [
            #""amount_total":9800,"presentment_currency":"jpy","presentment_amount":7421,"amount_refunded":1250,"#,
            #""refunds":[{"id":"re_1","amount":1250,"currency":"usd","status":"succeeded","stated_at":"2026-11-20T20:00:00.000000Z","lines":null}]"#,
            #""disputes":[{"id":"dp_1","status":"open","stated_at":"2026-11-20T21:00:00.000000Z"}]"#,
            #""last_payment_error":"card_declined","#, #""reissues":2,"held_at":"2026-11-20T19:10:00.000000Z"}"#,
            #""action":"license.revoked","order_id":"\#(Self.id)","origin":"desk","details":{"reason": "asked"}}]"#,
        ] {
            #expect(json.output.contains(part), "\(part) is missing in \(json.output)")
        }
    }

    @Test("an address leads to the list of its orders")
    func address() async throws {
        let run = try await Run.latchkey(["order", "show", "buyer@example.com"])
        #expect(run.exitCode == 2)
        #expect(run.remarks.contains("see `latchkey order list --email buyer@example.com`"))
    }

    @Test("an order with nothing to it shows what is missing")
    func bare() async throws {
        try await prepare()
        try await execute(
            script: """
                INSERT INTO orders (id, shop_id, status, currency, amount_total, livemode, created_at)
                SELECT '019aa2b1-0000-7000-8000-00000000000a', id, 'pending', 'usd', 1, true, now() FROM shops
                """)
        let run = try await Run.latchkey(["order", "show", "019aa2b1-0000-7000-8000-00000000000a"])
        #expect(run.output.contains("  buyer    –\n"))
        #expect(run.output.contains("Licenses\n  none\n"))
        #expect(run.output.contains("  status   pending\n"))
    }

    @Test(
        "an order that is not there is exit code 1 and no answer",
        arguments: ["cs_test_2", "pi_2", "019aa2b1-0000-7000-8000-0000000000ff"])
    func absent(word: String) async throws {
        try await prepare()
        let run = try await Run.latchkey(["order", "show", word, "--json"])
        #expect(run.exitCode == 1)
        #expect(run.output.isEmpty)
        #expect(run.remarks == "latchkey: no order \(word)\n")
    }

    @Test(
        "a word that can be no order's is a wrong usage", arguments: ["42", "evt_1", "cs_'; --", "buyer@example.com"])
    func nonsense(word: String) async throws {
        let run = try await Run.latchkey(["order", "show", word])
        #expect(run.exitCode == 2)
    }

    @Test("a payment of several orders names them instead of picking one")
    func several() async throws {
        try await prepare()
        try await execute(
            script: """
                INSERT INTO orders (id, shop_id, status, currency, amount_total, livemode, created_at,
                    stripe_payment_intent_id)
                SELECT '019aa2b1-0000-7000-8000-00000000000a', id, 'paid', 'usd', 1, true, now(), 'pi_1' FROM shops
                """)
        let run = try await Run.latchkey(["order", "show", "pi_1"])
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("several orders"))
        #expect(run.remarks.contains("019aa2b1-0000-7000-8000-00000000000a"))
    }

    private func prepare() async throws {
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
        try await execute(
            script: """
                SET TIME ZONE 'UTC';
                INSERT INTO orders (id, shop_id, status, email, currency, amount_total, stripe_session_id,
                    stripe_payment_intent_id, livemode, created_at, paid_at)
                SELECT '019aa2b1-0000-7000-8000-000000000001', id, 'paid', 'buyer@example.com', 'usd', 9800, 'cs_test_1',
                    'pi_1', false, '2026-11-20 18:59', '2026-11-20 19:00' FROM shops;
                INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
                SELECT o.id, 1, p.id, 2, 4900, o.amount_total FROM orders o, products p;
                INSERT INTO licenses SELECT '019aa2b1-0000-7000-8000-000000000002', o.id, p.id, 'active', 1, sha256('a'),
                    'ABCD', '2026-11-20 19:00' FROM orders o, products p;
                INSERT INTO licenses SELECT '019aa2b1-0000-7000-8000-000000000003', o.id, p.id, 'revoked', 2, sha256('b'),
                    'WXYZ', '2026-11-20 19:00' FROM orders o, products p;
                INSERT INTO download_grants (id, order_id, expires_at, max_uses, uses, revoked_at, created_at)
                SELECT '019aa2b1-0000-7000-8000-000000000004', id, '2026-11-27 19:00', 20, 1, now(), '2026-11-20 19:00'
                FROM orders;
                INSERT INTO emails (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at, sent_at)
                SELECT '019aa2b1-0000-7000-8000-000000000005', id, 'receipt', 'buyer@example.com', 'sent', 1,
                    '2026-11-20 19:00', '2026-11-20 19:00', '2026-11-20 19:00:01' FROM orders;
                INSERT INTO emails (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at,
                    last_error)
                SELECT '019aa2b1-0000-7000-8000-000000000006', id, 'resend', 'buyer@example.com', 'pending', 3,
                    '2026-11-20 20:00', '2026-11-20 19:30', 'could not connect' FROM orders;
                INSERT INTO webhook_events (stripe_event_id, type, status, created_at, received_at, payload) VALUES
                    ('evt_1', 'checkout.session.completed', 'processed', '2026-11-20 19:00', '2026-11-20 19:00',
                        '{"id":"cs_test_1"}'),
                    ('evt_2', 'checkout.session.completed', 'processed', '2026-11-20 19:00', '2026-11-20 19:00',
                        '{"id":"cs_test_10"}');
                """)
    }
}
