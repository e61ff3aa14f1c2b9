import EventLoop
import Kernel
import Orders
import Postgres
import Refunds
import Stripe
import Support
import Testing

@Suite("A refund", .freshDatabase)
struct RefundingTests {
    @Test("in full revokes every license at once, queues a mail to the buyer and is audited with its reason")
    func full() async throws {
        _ = try await DemoOrder()
        let log = CapturedLog()
        try await RefundDesk.open { desk, settings throws in
            #expect(try await Refunder(settings, log: log.log).refund()?.id.text == "re_1")
            #expect(await desk.keys.count == 1)
        }
        // The line that an event about the same refund would have logged.
        for part in [#""message":"a refund was booked""#, #""amount_refunded":4900"#, #""refunded_before":0"#] {
            #expect(log.text.contains(part), "\(log.text)")
        }
        #expect(
            try await refundState() == ["refunded 4900", "revoked", "refund_confirmed pending 0 due", "ended re_1"])
        #expect(
            try await auditLog() == [
                #"operator:eve refund.requested {"amount": 4900, "reason": "r", "refunded_before": 0}"#,
                #"operator:eve order.refunded {"from": "paid", "payment": "pi_1", "amount_refunded": 4900}"#,
                #"operator:eve refund.made {"amount": 4900, "reason": "r", "refund": "re_1"}"#,
            ])
        #expect(try await texts("SELECT DISTINCT origin FROM audit_log WHERE actor = 'operator:eve'") == ["desk"])
    }

    @Test("in part leaves the license active, and what Stripe's events tell of it later changes nothing more")
    func part() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { _, settings throws in try await Refunder(settings).refund(1250) }
        let recorded = ["partially_refunded 1250", "active", "refund_confirmed pending 0 due", "ended re_1"]
        #expect(try await refundState() == recorded)
        let entries = try await auditLog()
        try await PaymentUpdate.refundTotal(1250, at: testNow).deliver(as: "evt_1")
        try await PaymentUpdate.refund(id: "re_1", amount: 1250, .succeeded, at: testNow + .seconds(1))
            .deliver(as: "evt_2")
        #expect(try await refundState() == recorded)
        #expect(try await auditLog() == entries)
    }

    @Test("in full, requested twice, is made once")
    func twice() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await Refunder(settings).refund()
            #expect(try await Refunder(settings).refund() == nil)
            #expect(await desk.keys.count == 1)
        }
    }

    @Test("of the same part is made once more only when that is what is meant")
    func again() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            try await Refunder(settings).refund(1250)
            #expect(
                try await Refunder(settings).fault(1250)
                    == .repeated(try usd(1250), at: testNow - .seconds(1), refund: "re_1"))
            #expect(await desk.keys.count == 1)
            try await Refunder(settings).refund(1250, again: true)
            #expect(await Set(desk.keys).count == 2)
            try await Refunder(settings).refund(2400)
        }
        #expect(try await texts("SELECT status || ' ' || amount_refunded FROM orders") == ["refunded 4900"])
    }

    @Test("is made once when two operators request it at once")
    func together() async throws {
        _ = try await DemoOrder()
        try await RefundDesk.open { desk, settings throws in
            async let one = Refunder(settings).fault(1250)
            async let two = Refunder(settings).fault(1250)
            let faults = try await [one, two]
            #expect(faults.contains(nil))
            #expect(await desk.refunds.count == 1)
        }
        #expect(try await numbers("SELECT amount_refunded FROM orders") == [1250])
        #expect(try await numbers("SELECT count(*) FROM audit_log WHERE action = 'refund.made'") == [1])
    }

    @Test("is made in the order's own currency")
    func yen() async throws {
        _ = try await DemoOrder(total: 4900, currency: "jpy")
        try await RefundDesk.open { desk, settings throws in
            try await Refunder(settings).refund(1250)
            #expect(await desk.refunds.map(\.amount) == [1250])
        }
    }
}
