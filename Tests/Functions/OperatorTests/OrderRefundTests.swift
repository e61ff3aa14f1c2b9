import EventLoop
import Kernel
import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey order refund", .freshDatabase)
struct OrderRefundTests {
    private static let all = ["order", "refund", "cs_test_1", "--reason", "did not suit", "--yes"]

    @Test("a refund in full closes every door at once, tells the buyer and is audited with its reason")
    func full() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            let run = try await Run.eve(Self.all, settings)
            #expect(run.exitCode == 0, "\(run.remarks)")
            #expect(
                run.output == """
                    refunded 49.00 USD of order 019aa2b1-0000-7000-8000-000000000001
                      refund    re_1, succeeded
                      refunded  49.00 USD of 49.00 USD
                      status    refunded
                      mail      goes to buyer@example.com

                    """)
            #expect(await desk.keys.count == 1)
            // The line that an event about the same refund would have logged.
            for part in [#""message":"a refund was booked""#, #""amount_refunded":4900"#, #""refunded_before":0"#] {
                #expect(run.remarks.contains(part), "\(run.remarks)")
            }
        }
        #expect(try await state() == ["refunded 4900", "revoked", "refund_confirmed pending 0 due", "ended re_1"])
        #expect(
            try await auditLog() == [
                #"operator:eve refund.requested {"amount": 4900, "reason": "did not suit", "refunded_before": 0}"#,
                #"operator:eve order.refunded {"from": "paid", "payment": "pi_1", "amount_refunded": 4900}"#,
                #"operator:eve refund.made {"amount": 4900, "reason": "did not suit", "refund": "re_1"}"#,
            ])
        let origins = try await texts("SELECT DISTINCT origin FROM audit_log WHERE actor = 'operator:eve'")
        #expect(origins.count == 1 && origins != [""])
    }

    @Test("a refund in part leaves the license open, and what Stripe's events tell of it later changes nothing more")
    func part() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { _, settings in
            let run = try await Run.eve(Self.all + ["--amount", "12.50"], settings)
            #expect(run.exitCode == 0, "\(run.remarks)")
        }
        let noted = ["partially_refunded 1250", "active", "refund_confirmed pending 0 due", "ended re_1"]
        #expect(try await state() == noted)
        let entries = try await auditLog()
        try await Webhook.tell(.refundTotal(1250), "evt_1")
        try await Webhook.tell(
            .refund(id: "re_1", amount: 1250, .succeeded, at: testNow + .seconds(1)), "evt_2")
        #expect(try await state() == noted)
        #expect(try await auditLog() == entries)
    }

    @Test("pressed twice, a refund in full is made once")
    func twice() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            _ = try await Run.eve(Self.all, settings)
            let again = try await Run.eve(Self.all, settings)
            #expect(again.exitCode == 0)
            #expect(again.output == "order \(PaidOrder.id) was refunded in full already; nothing to do\n")
            #expect(await desk.keys.count == 1)
        }
    }

    @Test("a refund of the same part is made once more only when that is what is meant")
    func again() async throws {
        _ = try await PaidOrder()
        let part = Self.all + ["--amount", "12.50"]
        try await RefundDesk.open { desk, settings in
            _ = try await Run.eve(part, settings)
            let same = try await Run.eve(part, settings)
            #expect(same.exitCode == 1)
            #expect(same.remarks.contains("12.50 USD of this order were refunded at 2026-11-20 18:58:59 UTC (re_1)"))
            #expect(same.remarks.contains("add --again"))
            #expect(await desk.keys.count == 1)
            let meant = try await Run.eve(part + ["--again"], settings)
            #expect(meant.exitCode == 0, "\(meant.remarks)")
            #expect(await Set(desk.keys).count == 2)
            let other = try await Run.eve(Self.all + ["--amount", "24"], settings)
            #expect(other.exitCode == 0, "\(other.remarks)")
        }
        let rows = try await texts("SELECT status || ' ' || amount_refunded FROM orders")
        #expect(rows == ["refunded 4900"])
    }

    @Test("two operators at once make one refund")
    func together() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            async let one = Run.eve(Self.all + ["--amount", "12.50"], settings)
            async let two = Run.eve(Self.all + ["--amount", "12.50"], settings)
            let codes = try await [one.exitCode, two.exitCode]
            #expect(codes.contains(0))
            #expect(await desk.refunds.count == 1)
        }
        #expect(try await numbers("SELECT amount_refunded FROM orders") == [1250])
        #expect(try await numbers("SELECT count(*) FROM audit_log WHERE action = 'refund.made'") == [1])
    }

    @Test("the answer for programs has the agreed members")
    func json() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { _, settings in
            let run = try await Run.eve(Self.all + ["--amount=12.50", "--json"], settings)
            #expect(
                run.output == #"{"order":"\#(PaidOrder.id)","refund":"re_1","refund_status":"succeeded","amount":1250,"#
                    + #""currency":"usd","amount_total":4900,"amount_refunded":1250,"status":"partially_refunded","#
                    + #""changed":true,"dry_run":false}"# + "\n")
        }
    }

    @Test("a dry run tells what would happen, and neither Stripe nor the database hears of it")
    func dryRun() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            let run = try await Run.eve(
                ["order", "refund", "pi_1", "--amount", "12.5", "--reason", "r", "--dry-run"], settings)
            #expect(run.exitCode == 0, "\(run.remarks)")
            #expect(
                run.output == """
                    Refund 12.50 USD of order 019aa2b1-0000-7000-8000-000000000001
                      buyer     buyer@example.com
                      total     49.00 USD
                      refunded  0.00 USD before, 12.50 USD then
                      licenses  stay as they are
                    a dry run: nothing was changed

                    """)
            #expect(await desk.keys.isEmpty)
        }
        #expect(try await state() == ["paid 0", "active"])
        #expect(try await auditLog() == [])
    }

    @Test(
        "a person is asked first, and nothing happens unless they say yes",
        arguments: [(Bool?.none, 2 as Int32, 0), (false, 1, 0), (true, 0, 1)])
    func confirmation(answer: Bool?, code: Int32, refunds: Int) async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            let run = try await Run.eve(Self.all.dropLast(), settings, answering: answer)
            #expect(run.exitCode == code, "\(run.remarks)")
            #expect(run.questions.hasSuffix("licenses  closed, all access ends\nRefund 49.00 USD?"))
            #expect(await desk.refunds.count == refunds)
        }
        #expect(try await numbers("SELECT count(*) FROM refund_requests") == [Int64(refunds)])
    }

    /// What an order, its license, its mails and its requests are.
    private func state() async throws -> [String] { try await refundState() }
}

/// What an order, its license, its mails but the receipt and its refund requests are.
func refundState() async throws -> [String] {
    try await texts(
        """
        SELECT status || ' ' || amount_refunded FROM orders
        UNION ALL SELECT status FROM licenses
        UNION ALL SELECT concat_ws(' ', kind, status, attempts, CASE WHEN next_attempt_at <= created_at THEN 'due' END)
            FROM emails WHERE kind <> 'receipt'
        UNION ALL SELECT CASE WHEN ended_at IS NULL THEN 'open' ELSE concat_ws(' ', 'ended', stripe_refund_id, failure) END
            FROM refund_requests
        """)
}
