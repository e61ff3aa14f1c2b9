import EventLoop
import Kernel
import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey order refund, when something goes wrong", .freshDatabase)
struct RefundFaultTests {
    private static let part = [
        "order", "refund", "cs_test_1", "--amount", "12.50", "--reason", "did not suit", "--yes",
    ]

    @Test(
        "an answer that was lost is looked up, and money goes back once, whether or not Stripe's event came meanwhile",
        arguments: [false, true])
    func cut(eventCame: Bool) async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.cut, .cut, .cut] }
            let run = try await Run.eve(Self.part, settings)
            #expect(run.exitCode == 1)
            #expect(run.remarks.contains("whether money went back is unknown"))
            #expect(try await refundState() == ["paid 0", "active", "open"])
            if eventCame { try await Webhook.tell(.refundTotal(1250), "evt_1") }
            let again = try await Run.eve(Self.part, settings)
            #expect(again.exitCode == 0, "\(again.remarks)")
            #expect(again.output.contains("refunded  12.50 USD of 49.00 USD\n"))
            #expect(await desk.refunds.count == 1)
            #expect(await Set(desk.keys).count == 1)
        }
        #expect(
            try await refundState() == [
                "partially_refunded 1250", "active",
                "refund_confirmed pending \(eventCame ? "1" : "0 due")", "ended re_1",
            ])
    }

    @Test("a call that never reached Stripe is made again under the same key")
    func lost() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.lost, .lost, .lost] }
            #expect(try await Run.eve(Self.part, settings).exitCode == 1)
            #expect(await desk.refunds.isEmpty)
            let again = try await Run.eve(Self.part, settings, at: testNow + .seconds(86_000))
            #expect(again.exitCode == 0, "\(again.remarks)")
            #expect(await desk.refunds.count == 1)
            #expect(await Set(desk.keys).count == 1)
        }
    }

    @Test("a call of yesterday is never made again, since Stripe may have forgotten it: the next one is another")
    func lapsed() async throws {
        _ = try await PaidOrder()
        let tomorrow = testNow + .seconds(86_400)
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.lost, .lost, .lost] }
            #expect(try await Run.eve(Self.part, settings).exitCode == 1)
            let late = try await Run.eve(Self.part, settings, at: tomorrow)
            #expect(late.exitCode == 1)
            #expect(late.remarks.contains("never reached Stripe and no money went back"))
            #expect(await desk.refunds.isEmpty)
            #expect(try await Run.eve(Self.part, settings, at: tomorrow).exitCode == 0)
            #expect(await Set(desk.keys).count == 2)
        }
        let requests = try await texts("SELECT coalesce(failure, stripe_refund_id) FROM refund_requests ORDER BY id")
        #expect(requests == ["lapsed", "re_1"])
    }

    @Test("a refund of yesterday whose answer was lost is found at Stripe")
    func lateLookUp() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.cut, .cut, .cut] }
            #expect(try await Run.eve(Self.part, settings).exitCode == 1)
            #expect(try await Run.eve(Self.part, settings, at: testNow + .seconds(900_000)).exitCode == 0)
            #expect(await desk.refunds.count == 1)
        }
    }

    @Test("while a refund's outcome is unknown no other is begun")
    func oneAtATime() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.lost, .lost, .lost] }
            _ = try await Run.eve(Self.part, settings)
            for words in [["--amount", "10"], []] {
                let other = try await Run.eve(
                    ["order", "refund", "cs_test_1", "--reason", "r", "--yes"] + words, settings)
                #expect(other.exitCode == 1)
                #expect(other.remarks.contains("bring it to its end first, with --amount 12.50"))
            }
            #expect(await desk.refunds.isEmpty)
        }
    }

    @Test("the rest is refunded without an amount after its own answer was lost and an event told of it")
    func restAfterEvent() async throws {
        _ = try await PaidOrder()
        let rest = ["order", "refund", "cs_test_1", "--reason", "did not suit", "--yes"]
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.cut, .cut, .cut] }
            _ = try await Run.eve(rest, settings)
            try await Webhook.tell(.refundTotal(4900), "evt_1")
            let again = try await Run.eve(rest, settings)
            #expect(again.exitCode == 0, "\(again.remarks)")
            #expect(await desk.refunds.count == 1)
        }
        #expect(try await refundState().last == "ended re_1")
    }

    @Test("what was refunded elsewhere, and no event told, closes the doors when Stripe says so")
    func refundedElsewhere() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.refundElsewhere(4900) }
            let run = try await Run.eve(["order", "refund", "cs_test_1", "--reason", "r", "--yes"], settings)
            #expect(run.exitCode == 1)
            #expect(run.remarks.contains("Stripe refused: charge_already_refunded; all of it was refunded before"))
        }
        #expect(
            try await refundState() == [
                "refunded 4900", "revoked", "refund_confirmed pending 0 due", "ended charge_already_refunded",
            ])
        #expect(try await auditLog().last?.hasPrefix("operator:eve refund.refused") == true)
    }

    @Test(
        "what Stripe refuses is over: nothing changes, and a later try is a new one",
        arguments: [(400, "charge_disputed"), (400, "balance_insufficient"), (401, "api_key_expired"), (403, "x")])
    func refused(status: Int, code: String) async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.refused(status: status, code: code)] }
            let run = try await Run.eve(Self.part, settings)
            #expect(run.exitCode == 1)
            #expect(run.remarks.contains("no money went back, Stripe refused"))
            #expect(try await numbers("SELECT amount_refunded FROM orders") == [0])
            let later = try await Run.eve(Self.part, settings)
            #expect(later.exitCode == 0, "\(later.remarks)")
            #expect(await Set(desk.keys).count == 2)
        }
    }

    @Test("a refund that fails at once gives nothing back and closes nothing", arguments: ["failed", "canceled"])
    func failed(status: String) async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.made(status: status)] }
            let run = try await Run.eve(Self.part, settings)
            #expect(run.exitCode == 1)
            #expect(run.remarks.contains("could not carry out the refund re_1"))
        }
        #expect(try await refundState() == ["paid 0", "active", "ended re_1"])
    }

    @Test("a refund that takes its time counts at once")
    func pending() async throws {
        _ = try await PaidOrder()
        try await RefundDesk.open { desk, settings in
            try await onLoop { desk.fates = [.made(status: "pending")] }
            let run = try await Run.eve(["order", "refund", "cs_test_1", "--reason", "r", "--yes"], settings)
            #expect(run.output.contains("refund    re_1, pending\n"))
        }
        #expect(try await refundState().prefix(2) == ["refunded 4900", "revoked"])
        try await Webhook.tell(.refund(id: "re_1", amount: 4900, .failed, at: testNow), "evt_1")
        #expect(try await refundState().prefix(2) == ["paid 0", "active"])
    }

    @Test(
        "amounts and orders that cannot be refunded are refused before Stripe is asked",
        arguments: [
            (
                ["--amount", "49.01"], "", 1,
                "49.00 USD of order \(PaidOrder.id) are left, 49.01 USD cannot be refunded"
            ),
            (["--amount", "0"], "", 2, "--amount is an amount in USD such as 12.50, not «0»"),
            (["--amount", "12,50"], "", 2, "not «12,50»"),
            (["--amount", "1.255"], "", 2, "not «1.255»"),
            (["--amount", "-5"], "", 2, "not «-5»"),
            ([], "livemode = true", 1, "the order moved real money and STRIPE_API_KEY is a test key"),
            ([], "stripe_payment_intent_id = NULL", 1, "has no payment at Stripe"),
            ([], "status = 'pending'", 1, "nobody has paid for order \(PaidOrder.id) (pending)"),
            ([], "status = 'lost'", 1, "bank took the money"),
            (["--amount", "1"], "status = 'refunded', amount_refunded = 4900", 1, "was refunded in full"),
        ])
    func unfit(words: [String], change: String, code: Int32, message: String) async throws {
        _ = try await PaidOrder()
        if !change.isEmpty { try await execute("UPDATE orders SET \(change)") }
        try await RefundDesk.open { desk, settings in
            let run = try await Run.eve(
                ["order", "refund", PaidOrder.id, "--reason", "r", "--yes"] + words, settings)
            #expect(run.exitCode == code)
            #expect(run.remarks.contains(message), "\(run.remarks)")
            #expect(await desk.keys.isEmpty)
        }
        #expect(try await numbers("SELECT count(*) FROM refund_requests") == [0])
    }

    @Test("an amount is read in the order's own currency")
    func yen() async throws {
        _ = try await PaidOrder(total: 4900, currency: "jpy")
        try await RefundDesk.open { desk, settings in
            let run = try await Run.eve(
                ["order", "refund", PaidOrder.id, "--reason", "r", "--yes", "--amount", "1250"], settings)
            #expect(run.output.contains("1250 JPY of 4900 JPY"))
            #expect(await desk.refunds.map(\.amount) == [1250])
        }
    }
}
