import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Support
import Testing

/// What comes after a sale, one thing at a time; `HistoryTests` has everything at once.
@Suite("Payment updates", .freshDatabase)
struct PaymentUpdateTests {
    @Test("a refund in full closes the license and an issued link at once, and is confirmed by mail")
    func refunded() async throws {
        try await withSold { sold in
            #expect(try await sold.mayDownload())
            try await sold.deliver(.chargeRefunded(4900, of: 4900, at: 1_795_201_200))
            #expect(try await sold.state() == "refunded revoked")
            #expect(try await !sold.mayDownload())
            #expect(try await sold.mails() == "receipt:sent refund_confirmed:sent")
            #expect(try await sold.audit() == "order.paid order.refunded")
            let line = try #require(
                sold.shop.log.text.split(separator: "\n").first { $0.contains("a refund was booked") })
            #expect(line.contains(#""status":"refunded","amount_refunded":4900,"refunded_before":0"#))
        }
    }

    @Test("partial refunds leave the license alone until they add up, and each is confirmed once")
    func partial() async throws {
        try await withSold { sold in
            try await sold.deliver(.refund(1, "refund.created", 2000, "succeeded", .succeeded, at: 1_795_201_200))
            try await sold.deliver(.chargeRefunded(2000, of: 4900, at: 1_795_201_200))
            #expect(try await sold.state() == "partially_refunded active")
            #expect(try await sold.mayDownload())
            try await sold.deliver(.refund(2, "refund.created", 2900, "pending", .pending, at: 1_795_201_300))
            #expect(try await sold.state() == "refunded revoked")
            #expect(try await sold.mails() == "receipt:sent refund_confirmed:sent refund_confirmed:sent")
            #expect(sold.shop.log.text.split(separator: "a refund was booked").count == 3)
        }
    }

    @Test("a refund that fails makes the licenses active again, and a mail brings the keys")
    func failedRefund() async throws {
        try await withSold { sold in
            try await sold.deliver(.refund(1, "refund.created", 4900, "pending", .pending, at: 1_795_201_200))
            #expect(try await !sold.mayDownload())
            try await sold.deliver(.refund(1, "refund.failed", 4900, "failed", .failed, at: 1_795_201_300))
            #expect(try await sold.state() == "paid active")
            #expect(try await sold.mayDownload())
            #expect(try await sold.mails().hasSuffix("access_restored:sent"))
        }
    }

    @Test("a dispute suspends, and won or lost it restores or revokes", arguments: ["won", "lost"])
    func disputed(outcome: String) async throws {
        try await withSold { sold in
            try await sold.deliver(.dispute(1, "created", "needs_response", .open, at: 1_795_201_200))
            #expect(try await sold.state() == "disputed suspended")
            #expect(try await !sold.mayDownload())
            #expect(sold.shop.log.text.contains("a dispute was opened"))
            try await sold.deliver(
                .dispute(1, "closed", outcome, outcome == "won" ? .won : .lost, at: 1_795_201_300))
            #expect(try await sold.state() == (outcome == "won" ? "paid active" : "lost revoked"))
            #expect(try await sold.mayDownload() == (outcome == "won"))
            #expect(sold.shop.log.text.contains("a dispute was \(outcome)"))
            let mails = "receipt:sent access_suspended:sent"
            #expect(
                try await sold.mails() == mails + (outcome == "won" ? " access_restored:sent" : " access_revoked:sent"))
        }
    }

    @Test("a dispute that is lost as it is opened revokes, and a mail says so")
    func bornLost() async throws {
        try await withSold { sold in
            try await sold.deliver(.dispute(1, "created", "lost", .lost, at: 1_795_201_200))
            #expect(try await sold.state() == "lost revoked")
            #expect(try await sold.mails() == "receipt:sent access_revoked:sent")
            try await sold.deliver(.dispute(1, "closed", "lost", .lost, at: 1_795_201_300))
            #expect(try await sold.mails() == "receipt:sent access_revoked:sent")
        }
    }

    @Test("a sale whose dispute was lost before it came opens nothing, and a mail says so")
    func lostFirst() async throws {
        try await withSold(isDelivered: false) { sold in
            try await sold.deliver(.dispute(1, "closed", "lost", .lost, at: 1_795_201_200))
            try await sold.deliverSale()
            #expect(try await sold.state() == "lost revoked")
            #expect(try await sold.mails() == "access_revoked:pending")
        }
    }

    @Test("a refund that fails while a dispute is open says that access is only paused")
    func pausedAgain() async throws {
        try await withSold { sold in
            try await sold.deliver(.refund(1, "refund.created", 4900, "pending", .pending, at: 1_795_201_200))
            try await sold.deliver(.dispute(1, "created", "needs_response", .open, at: 1_795_201_250))
            try await sold.deliver(.refund(1, "refund.failed", 4900, "failed", .failed, at: 1_795_201_300))
            #expect(try await sold.state() == "disputed suspended")
            #expect(try await sold.mails() == "receipt:sent refund_confirmed:sent access_suspended:sent")
        }
    }

    @Test("a license that the seller closed by hand is opened by no event")
    func held() async throws {
        try await withSold { sold in
            try await sold.shop.run("UPDATE licenses SET status = 'revoked', held_at = now()")
            try await sold.deliver(.dispute(1, "created", "needs_response", .open, at: 1_795_201_200))
            try await sold.deliver(.dispute(1, "closed", "won", .won, at: 1_795_201_300))
            #expect(try await sold.state() == "paid revoked")
        }
    }

    @Test("a refund that comes before its sale leaves nothing open when the sale comes")
    func refundFirst() async throws {
        try await withSold(isDelivered: false) { sold in
            try await sold.deliver(.chargeRefunded(4900, of: 4900, at: 1_795_201_200))
            expectCounts(try await sold.shop.counts(), Counts(events: 1))
            try await sold.deliverSale()
            #expect(try await sold.state() == "refunded revoked")
            #expect(try await sold.mails() == "refund_confirmed:pending")
        }
    }

    @Test("a delayed payment that fails is mailed to the buyer, with a way to try again")
    func failedPayment() async throws {
        try await withSold(isDelivered: false) { sold in
            try await sold.deliver(.session("completed", "unpaid", .unpaid, at: 1_795_201_150))
            try await sold.deliver(.session("async_payment_failed", "unpaid", .paymentFailed, at: 1_795_201_200))
            #expect(try await sold.shop.text("SELECT status FROM orders") == "failed")
            #expect(try await sold.mails() == "payment_failed:pending")
        }
    }

    @Test("a declined card is noted on the order and changes nothing")
    func declined() async throws {
        try await withSold { sold in
            try await sold.deliver(.declined(at: 1_795_201_100))
            #expect(try await sold.state() == "paid active")
            #expect(try await sold.shop.text("SELECT last_payment_error FROM orders") == "card_declined")
        }
    }

    @Test("an early fraud warning is an alert that names the order, and changes nothing")
    func warning() async throws {
        try await withSold { sold in
            try await sold.deliver(.earlyFraudWarning(at: 1_795_201_200))
            #expect(try await sold.state() == "paid active")
            let lines = sold.shop.log.text.split(separator: "\n")
            let alert = try #require(lines.first { $0.contains("an early fraud warning") })
            #expect(alert.contains(#""severity":"ERROR""#))
            let order = try await sold.shop.text("SELECT id::text FROM orders")
            #expect(alert.contains(order))
        }
    }

    @Test("a dispute with an unknown status changes no license, and is kept as failed")
    func unknownState() async throws {
        try await withSold { sold in
            let event = StoryEvent.dispute(1, "updated", "somewhere_else", .open, at: 1_795_201_200)
            #expect(try await sold.fault(event)?.description == "a dispute's status that is not known")
            #expect(try await sold.state() == "paid active")
            let kept = try await sold.shop.text("SELECT error FROM webhook_events WHERE status = 'failed'")
            #expect(kept == "a dispute's status that is not known")
        }
    }

    @Test("an event that an older version passed over is dealt with when it comes again")
    func ignoredBefore() async throws {
        try await withSold { sold in
            let refund = StoryEvent.chargeRefunded(4900, of: 4900, at: 1_795_201_200)
            try await sold.deliver(refund)
            try await sold.shop.run("UPDATE webhook_events SET status = 'ignored' WHERE type = 'charge.refunded'")
            try await sold.shop.run("DELETE FROM refund_totals")
            try await sold.shop.run("UPDATE orders SET status = 'paid', amount_refunded = 0")
            try await sold.deliver(refund, again: true)
            #expect(try await sold.state() == "refunded revoked")
        }
    }
}

/// A shop that has sold one license, and what a buyer can do with it.
@Loop
private final class Sold: Closable {
    let shop: EventShop
    private let subject: StorySubject
    private var delivered = 0

    init(isDelivered: Bool = true) async throws {
        shop = try await EventShop()
        try await shop.publish()
        subject = StorySubject(tag: "a1b2c3d4e5", order: OrderID(at: WallClock.system.now()), total: 4900, quantity: 1)
        if isDelivered { try await deliverSale() }
    }

    func deliverSale() async throws { try await deliver(.session("completed", "paid", .paid, at: 1_795_201_140)) }

    /// Delivers the event as a new one, or as the last one once more.
    func deliver(_ event: StoryEvent, again: Bool = false) async throws {
        if again { delivered -= 1 }
        delivered += 1
        try await shop.deliver(subject.json(event, index: delivered))
    }

    /// Delivers the event as a new one and returns why it could not be processed; `nil` if it was.
    func fault(_ event: StoryEvent) async throws -> FulfilmentFault? {
        delivered += 1
        return try await shop.fault(subject.json(event, index: delivered))
    }

    /// The order's state and its license's.
    func state() async throws -> String {
        try await shop.text("SELECT o.status || ' ' || l.status FROM orders o JOIN licenses l ON l.order_id = o.id")
    }

    func mails() async throws -> String {
        try await shop.text(
            "SELECT COALESCE(string_agg(kind || ':' || status, ' ' ORDER BY created_at, id), '') FROM emails")
    }

    func audit() async throws -> String {
        try await shop.text(
            "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE actor = 'function:webhook'")
    }

    /// Whether the link of the receipt leads to a file.
    func mayDownload() async throws -> Bool {
        let text = try await shop.text("SELECT id::text FROM download_grants ORDER BY created_at LIMIT 1")
        return try await shop.mayDownload(try #require(GrantID(text)))
    }

    func close() { shop.close() }
}

/// Runs `body` on the event loop with a sale of its own.
private func withSold(
    isDelivered: Bool = true, _ body: @escaping @Loop @Sendable (Sold) async throws -> Void
) async throws {
    try await withOpen({ try await Sold(isDelivered: isDelivered) }, body)
}
