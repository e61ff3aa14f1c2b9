import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey order resend and correct-email", .freshDatabase)
struct OrderMailTests {
    private static let resend = ["order", "resend", "cs_test_1", "--reason", "spam folder"]
    private static let correct = ["order", "correct-email", "cs_test_1", "ada@example.com", "--reason", "typing error"]

    @Test("a buyer's mail is queued again, due at once, and audited")
    func resent() async throws {
        _ = try await PaidOrder()
        let run = try await Run.eve(Self.resend)
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output == "queued a mail with everything to buyer@example.com\n")
        #expect(try await waiting() == ["resend buyer@example.com 0 due"])
        #expect(try await auditLog() == [#"operator:eve order.resent {"reason": "spam folder"}"#])
        let json = try await Run.eve(Self.resend + ["--json"])
        #expect(
            json.output
                == #"{"order":"\#(PaidOrder.id)","email":"buyer@example.com","changed":true,"dry_run":false}"# + "\n")
    }

    @Test(
        "an order that opens nothing gets no mail, and the answer says why",
        arguments: [
            ("refunded", "revoked", "opens nothing: it was refunded"),
            ("lost", "revoked", "opens nothing: a dispute over its payment was lost"),
            ("disputed", "suspended", "opens nothing: a dispute over its payment is open"),
            ("awaiting_payment", "revoked", "opens nothing: nobody has paid for it (awaiting_payment)"),
            ("paid", "revoked", "opens nothing: every license of it is closed by hand"),
        ])
    func closed(status: String, license: String, message: String) async throws {
        _ = try await PaidOrder()
        try await execute("UPDATE orders SET status = '\(status)'; UPDATE licenses SET status = '\(license)'")
        let run = try await Run.eve(Self.resend)
        #expect(run.exitCode == 1)
        #expect(run.remarks == "latchkey: order \(PaidOrder.id) \(message)\n")
        #expect(try await waiting() == [])
        #expect(try await auditLog() == [])
    }

    @Test("a corrected address takes the order to its customer, and the mail goes there and nowhere else")
    func corrected() async throws {
        _ = try await PaidOrder()
        try await addOrder()
        try await execute(
            """
            INSERT INTO emails (id, order_id, kind, recipient, status, next_attempt_at, created_at)
            SELECT ('019aa2b1-0000-7000-8000-00000000000' || number)::uuid, '\(PaidOrder.id)', kind, 'buyer@example.com',
                'pending', now(), now()
            FROM (VALUES (6, 'receipt'), (7, 'resend'), (8, 'refund_confirmed')) m (number, kind)
            """)
        let run = try await Run.eve(Self.correct)
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(
            run.output
                == "order \(PaidOrder.id): buyer@example.com → ada@example.com; 2 mails go there; the address before is told that it is no more\n"
        )
        #expect(
            try await waiting() == [
                "address_changed buyer@example.com 0 due", "receipt ada@example.com 0 due",
                "refund_confirmed ada@example.com 0 due",
            ])
        #expect(
            try await texts(
                "SELECT c.email || ' ' || c.name || ' ' || o.email FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.id"
            ) == ["ada@example.com Björk ada@example.com", "buyer@example.com Björk buyer@example.com"])
        #expect(
            try await auditLog() == [
                #"operator:eve email.corrected {"to": "a…@example.com", "from": "b…@example.com", "reason": "typing error"}"#
            ])
    }

    @Test("an address that has a customer takes the order to that one")
    func knownCustomer() async throws {
        _ = try await PaidOrder()
        try await execute(
            """
            INSERT INTO customers (id, shop_id, email, name, created_at)
            SELECT '019aa2b1-0000-7000-8000-0000000000c2', id, 'Ada@example.com', 'Ada', now() FROM shops
            """)
        #expect(try await Run.eve(Self.correct).exitCode == 0)
        #expect(
            try await texts("SELECT c.name || ' ' || c.email FROM orders o JOIN customers c ON c.id = o.customer_id")
                == ["Ada Ada@example.com"])
        #expect(try await numbers("SELECT count(*) FROM customers") == [2])
    }

    @Test("the same address again is nothing to do")
    func unchanged() async throws {
        _ = try await PaidOrder()
        let run = try await Run.eve([
            "order", "correct-email", "cs_test_1", "buyer@example.com", "--reason", "r", "--json",
        ])
        #expect(run.exitCode == 0)
        #expect(run.output.contains(#""mails":0,"previous_is_told":false,"changed":false"#))
        #expect(try await waiting() == [])
        #expect(try await auditLog() == [])
    }

    @Test("an order that nobody has placed has no address to correct", arguments: ["pending", "expired"])
    func notPlaced(status: String) async throws {
        _ = try await PaidOrder()
        try await execute("UPDATE orders SET status = '\(status)'")
        let run = try await Run.eve(Self.correct)
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("has no address yet: nobody has paid for it (\(status))"))
    }

    @Test("a paid order that has no address at all gets one")
    func noAddress() async throws {
        _ = try await PaidOrder()
        try await execute("UPDATE orders SET email = NULL, customer_id = NULL")
        let resend = try await Run.eve(Self.resend)
        #expect(resend.remarks.contains("has no address: set one with `latchkey order correct-email`"))
        let run = try await Run.eve(Self.correct)
        #expect(run.output == "order \(PaidOrder.id): no address → ada@example.com; 1 mail goes there\n")
    }

    @Test("a dry run tells what would happen and leaves no trace", arguments: [resend, correct])
    func dryRun(words: [String]) async throws {
        _ = try await PaidOrder()
        let run = try await Run.eve(words + ["--dry-run"])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.hasSuffix("\na dry run: nothing was changed\n"))
        #expect(try await waiting() == [])
        #expect(try await auditLog() == [])
        #expect(try await texts("SELECT email FROM customers") == ["buyer@example.com"])
    }

    @Test(
        "an address that no mail can go to is a wrong usage",
        arguments: ["ada", "ada@example", "Ada <ada@example.com>", "ada@example.com\r\nBcc: x@example.com"])
    func badAddress(address: String) async throws {
        let run = try await Run.eve(["order", "correct-email", "cs_test_1", address, "--reason", "r"])
        #expect(run.exitCode == 2)
    }

    private func addOrder() async throws {
        try await execute(
            """
            INSERT INTO orders (id, shop_id, customer_id, status, email, currency, amount_total, livemode, created_at)
            SELECT '019aa2b1-0000-7000-8000-0000000000aa', shop_id, id, 'paid', email, 'usd', 1, false, now() FROM customers
            """)
    }

    private func waiting() async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws(' ', kind, recipient, attempts, CASE WHEN next_attempt_at <= created_at THEN 'due' END)
            FROM emails WHERE status = 'pending' ORDER BY kind
            """)
    }
}
