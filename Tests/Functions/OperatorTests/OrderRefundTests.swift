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
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            let run = try await Run.eve(Self.all, settings)
            #expect(run.exitCode == 0, "\(run.remarks)")
            #expect(
                run.output == """
                    refunded 49.00 USD of order 10001
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
        #expect(
            try await refundState() == ["refunded 4900", "revoked", "refund_confirmed pending 0 due", "ended re_1"])
        #expect(
            try await auditLog() == [
                #"operator:eve refund.requested {"amount": 4900, "reason": "did not suit", "refunded_before": 0}"#,
                #"operator:eve order.refunded {"from": "paid", "payment": "pi_1", "amount_refunded": 4900}"#,
                #"operator:eve refund.made {"amount": 4900, "reason": "did not suit", "refund": "re_1"}"#,
            ])
        let origins = try await texts("SELECT DISTINCT origin FROM audit_log WHERE actor = 'operator:eve'")
        #expect(origins.count == 1 && origins != [""])
    }

    @Test("a refund that was made before, of all or of as much, is told with what to do about it")
    func again() async throws {
        _ = try await DemoOrder()
        let part = Self.all + ["--amount", "12.50"]
        try await RefundDesk.open { desk, settings throws in
            _ = try await Run.eve(part, settings)
            let same = try await Run.eve(part, settings)
            #expect(same.exitCode == 1)
            #expect(same.remarks.contains("12.50 USD of this order were refunded at 2026-11-20 18:58:59 UTC (re_1)"))
            #expect(same.remarks.contains("add --again"))
            let meant = try await Run.eve(part + ["--again"], settings)
            #expect(meant.exitCode == 0, "\(meant.remarks)")
            #expect(try await Run.eve(Self.all, settings).exitCode == 0)
            let rest = try await Run.eve(Self.all, settings)
            #expect(rest.exitCode == 0)
            #expect(rest.output == "order 10001 was refunded in full already; nothing to do\n")
            #expect(await desk.refunds.map(\.amount) == [1250, 1250, 2400])
        }
    }

    @Test("the answer for programs has the agreed members")
    func json() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { _, settings throws in
            let run = try await Run.eve(Self.all + ["--amount=12.50", "--json"], settings)
            #expect(
                run.output
                    == #"{"order":"\#(DemoOrder.id)","number":10001,"refund":"re_1","refund_status":"succeeded","amount":1250,"#
                    + #""currency":"usd","amount_total":4900,"amount_refunded":1250,"status":"partially_refunded","#
                    + #""changed":true,"dry_run":false}"# + "\n")
        }
    }

    @Test("a dry run tells what would happen, and neither Stripe nor the database hears of it")
    func dryRun() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            let run = try await Run.eve(
                ["order", "refund", "pi_1", "--amount", "12.5", "--reason", "r", "--dry-run"], settings)
            #expect(run.exitCode == 0, "\(run.remarks)")
            #expect(
                run.output == """
                    Refund 12.50 USD of order 10001
                      buyer     buyer@example.com
                      total     49.00 USD
                      refunded  0.00 USD before, 12.50 USD then
                      licenses  stay as they are
                    a dry run: nothing was changed

                    """)
            #expect(await desk.keys.isEmpty)
        }
        #expect(try await refundState() == ["paid 0", "active"])
        #expect(try await auditLog() == [])
    }

    @Test(
        "a person is asked first, and nothing happens unless they say yes",
        arguments: [(Bool?.none, 2 as Int32, 0), (false, 1, 0), (true, 0, 1)])
    func confirmation(answer: Bool?, code: Int32, refunds: Int) async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            let run = try await Run.eve(Self.all.dropLast(), settings, answering: answer)
            #expect(run.exitCode == code, "\(run.remarks)")
            #expect(run.questions.hasSuffix("licenses  closed, all access ends\nRefund 49.00 USD?"))
            #expect(await desk.refunds.count == refunds)
        }
        #expect(try await numbers("SELECT count(*) FROM refund_requests") == [Int64(refunds)])
    }

    @Test(
        "what became of a refund is told with what to do about it",
        arguments: [
            (
                [.cut, .cut, .cut],
                ["whether money went back is unknown", "bring it to its end first, with --amount 12.50"]
            ),
            (
                [.refused(status: 400, code: "charge_disputed")],
                ["no money went back, Stripe refused: charge_disputed; a"]
            ),
            (
                [.refused(status: 401, code: "x")],
                ["no money went back, Stripe refused: authentication; STRIPE_API_KEY is"]
            ),
            ([.made(status: "failed")], ["could not carry out the refund re_1"]),
        ] as [([RefundDesk.Fate], [String])])
    func told(fates: [RefundDesk.Fate], messages: [String]) async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = fates }
            for (message, amount) in zip(messages, ["12.50", "10"]) {
                let run = try await Run.eve(Self.all + ["--amount", amount], settings)
                #expect(run.exitCode == 1)
                #expect(run.remarks.contains(message), "\(run.remarks)")
            }
        }
    }

    @Test("a refund that never reached Stripe, and one of what was refunded elsewhere, are told as what they are")
    func toldLater() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.lost, .lost, .lost] }
            _ = try await Run.eve(Self.all, settings)
            let late = try await Run.eve(Self.all, settings, at: testNow + .seconds(86_400))
            #expect(late.exitCode == 1)
            #expect(late.remarks.contains("never reached Stripe and no money went back"))
            try await onLoop { desk.refundElsewhere(4900) }
            let run = try await Run.eve(Self.all, settings, at: testNow + .seconds(86_400))
            #expect(run.exitCode == 1)
            #expect(run.remarks.contains("Stripe refused: charge_already_refunded; all of it was refunded before"))
        }
    }

    @Test(
        "amounts and orders that cannot be refunded are told as what they are",
        arguments: [
            (
                ["--amount", "49.01"], "", 1,
                "49.00 USD of order 10001 are left, 49.01 USD cannot be refunded"
            ),
            (["--amount", "0"], "", 2, "--amount is an amount in USD such as 12.50, not «0»"),
            (["--amount", "12,50"], "", 2, "not «12,50»"),
            (["--amount", "1.255"], "", 2, "not «1.255»"),
            (["--amount", "-5"], "", 2, "not «-5»"),
            (["--amount", "12.50"], "currency = 'jpy'", 2, "--amount is an amount in JPY such as 1250, not «12.50»"),
            ([], "livemode = true", 1, "the order moved real money and STRIPE_API_KEY is a test key"),
            ([], "stripe_payment_intent_id = NULL", 1, "has no payment at Stripe"),
            ([], "status = 'pending'", 1, "nobody has paid for order 10001 (pending)"),
            ([], "status = 'lost'", 1, "bank took the money"),
            (["--amount", "1"], "status = 'refunded', amount_refunded = 4900", 1, "was refunded in full"),
        ])
    func unfit(words: [String], change: String, code: Int32, message: String) async throws {
        _ = try await DemoOrder()
        if !change.isEmpty { try await execute(script: "UPDATE orders SET \(change)") }
        try await RefundDesk.open { desk, settings throws in
            let run = try await Run.eve(Self.all + words, settings)
            #expect(run.exitCode == code)
            #expect(run.remarks.contains(message), "\(run.remarks)")
            #expect(await desk.keys.isEmpty)
        }
    }

    @Test("an amount in a currency without minor units is read and shown as such")
    func yen() async throws {
        _ = try await DemoOrder(total: 4900, currency: "jpy")
        try await RefundDesk.open(currency: "jpy") { _, settings throws in
            let run = try await Run.eve(Self.all + ["--amount", "1250"], settings)
            #expect(run.output.contains("1250 JPY of 4900 JPY"))
        }
    }
}
