import EventLoop
import Kernel
import Orders
import Postgres
import Refunds
import Stripe
import Support
import Testing

@Suite("A refund when something goes wrong", .freshDatabase)
struct RefundingFaultTests {
    @Test(
        "an answer that was lost is looked up, and money goes back once, whether or not Stripe's event came meanwhile",
        arguments: [false, true])
    func cut(eventCame: Bool) async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.cut, .cut, .cut] }
            #expect(try await Refunder(settings).fault(1250)?.isUnknown == true)
            #expect(try await refundState() == ["paid 0", "active", "open"])
            if eventCame { try await PaymentUpdate.refundTotal(1250, at: testNow).deliver(as: "evt_1") }
            #expect(try await Refunder(settings).refund(1250)?.amount == 1250)
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
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.lost, .lost, .lost] }
            #expect(try await Refunder(settings).fault(1250)?.isUnknown == true)
            #expect(await desk.refunds.isEmpty)
            try await Refunder(settings).refund(1250, at: testNow + .seconds(86_000))
            #expect(await desk.refunds.count == 1)
            #expect(await Set(desk.keys).count == 1)
        }
    }

    @Test("a call of yesterday is never made again, since Stripe may have forgotten it: the next one is another")
    func lapsed() async throws {
        _ = try await DemoOrder()
        let tomorrow = testNow + .seconds(86_400)
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.lost, .lost, .lost] }
            #expect(try await Refunder(settings).fault(1250)?.isUnknown == true)
            #expect(try await Refunder(settings).fault(1250, at: tomorrow) == .neverReached)
            #expect(await desk.refunds.isEmpty)
            try await Refunder(settings).refund(1250, at: tomorrow)
            #expect(await Set(desk.keys).count == 2)
        }
        let requests = try await texts("SELECT coalesce(failure, stripe_refund_id) FROM refund_requests ORDER BY id")
        #expect(requests == ["lapsed", "re_1"])
    }

    @Test("a refund of yesterday whose answer was lost is found at Stripe")
    func lateLookUp() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.cut, .cut, .cut] }
            #expect(try await Refunder(settings).fault(1250)?.isUnknown == true)
            try await Refunder(settings).refund(1250, at: testNow + .seconds(900_000))
            #expect(await desk.refunds.count == 1)
        }
    }

    @Test("while a refund's outcome is unknown no other is begun", arguments: [1000, nil] as [Int64?])
    func oneAtATime(amount: Int64?) async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.lost, .lost, .lost] }
            _ = try await Refunder(settings).fault(1250)
            #expect(try await Refunder(settings).fault(amount) == .unfinished(try usd(1250), since: testNow))
            #expect(await desk.refunds.isEmpty)
        }
    }

    @Test("the rest is refunded without an amount after its own answer was lost and an event told of it")
    func restAfterEvent() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.cut, .cut, .cut] }
            #expect(try await Refunder(settings).fault()?.isUnknown == true)
            try await PaymentUpdate.refundTotal(4900, at: testNow).deliver(as: "evt_1")
            #expect(try await Refunder(settings).refund()?.amount == 4900)
            #expect(await desk.refunds.count == 1)
        }
        #expect(try await refundState().last == "ended re_1")
    }

    @Test("what was refunded elsewhere, and no event told, revokes the license when Stripe says so")
    func refundedElsewhere() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.refundElsewhere(4900) }
            #expect(try await Refunder(settings).fault() == .refused(code: "charge_already_refunded", doubt: nil))
        }
        #expect(
            try await refundState() == [
                "refunded 4900", "revoked", "refund_confirmed pending 0 due", "ended charge_already_refunded",
            ])
        #expect(try await auditLog().last?.hasPrefix("operator:eve refund.refused") == true)
    }

    @Test(
        "what Stripe refuses is over: nothing changes, and a later try is a new one",
        arguments: [
            (400, "charge_disputed", "charge_disputed"), (400, "balance_insufficient", "balance_insufficient"),
            (401, "api_key_expired", "authentication"), (403, "x", "authentication"),
        ])
    func refused(status: Int, code: String, told: String) async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.refused(status: status, code: code)] }
            #expect(try await Refunder(settings).fault(1250) == .refused(code: told, doubt: nil))
            #expect(try await numbers("SELECT amount_refunded FROM orders") == [0])
            try await Refunder(settings).refund(1250)
            #expect(await Set(desk.keys).count == 2)
        }
    }

    @Test("a refund that fails at once gives nothing back and closes nothing", arguments: ["failed", "canceled"])
    func failed(status: String) async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.made(status: status)] }
            #expect(try await Refunder(settings).fault(1250) == .failed(refund: "re_1"))
        }
        #expect(try await refundState() == ["paid 0", "active", "ended re_1"])
    }

    @Test("a refund that takes its time counts at once")
    func pending() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await onLoop { desk.fates = [.made(status: "pending")] }
            #expect(try await Refunder(settings).refund()?.status == .known(.pending))
        }
        #expect(try await refundState().prefix(2) == ["refunded 4900", "revoked"])
        try await PaymentUpdate.refund(id: "re_1", amount: 4900, .failed, at: testNow).deliver(as: "evt_1")
        #expect(try await refundState().prefix(2) == ["paid 0", "active"])
    }

    @Test(
        "amounts and orders that cannot be refunded are refused before Stripe is called",
        arguments: [
            (4901, "", .tooMuch),
            (nil, "livemode = true", .otherMode(orderIsLive: true)),
            (nil, "stripe_payment_intent_id = NULL", .noPayment),
            (nil, "status = 'pending'", .notRefundable(.pending)), (nil, "status = 'lost'", .notRefundable(.lost)),
            (100, "status = 'refunded', amount_refunded = 4900", .notRefundable(.refunded)),
        ] as [(Int64?, String, Unfit)])
    func unfit(amount: Int64?, change: String, reason: Unfit) async throws {
        _ = try await DemoOrder()
        if !change.isEmpty { try await execute(script: "UPDATE orders SET \(change)") }
        try await RefundDesk.open { desk, settings throws in
            #expect(try await Refunder(settings).fault(amount) == reason.fault())
            #expect(await desk.keys.isEmpty)
        }
        #expect(try await numbers("SELECT count(*) FROM refund_requests") == [0])
    }

    enum Unfit: Sendable {
        case tooMuch
        case otherMode(orderIsLive: Bool)
        case noPayment
        case notRefundable(OrderStatus)

        func fault() throws -> RefundFault {
            switch self {
            case .tooMuch: .tooMuch(left: try usd(4900), requested: try usd(4901))
            case .otherMode(let orderIsLive): .otherMode(orderIsLive: orderIsLive)
            case .noPayment: .noPayment
            case .notRefundable(let status): .notRefundable(status)
            }
        }
    }
}
