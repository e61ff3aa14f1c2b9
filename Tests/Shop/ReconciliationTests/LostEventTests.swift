import EventLoop
import Fulfilment
import JSON
import Kernel
import Orders
import Postgres
import Support
import Testing

/// What happened at Stripe and no webhook told of, whether Stripe knows that it did not or not.
@Suite("Lost events", .freshDatabase)
struct LostEventTests {
    @Test("a sale whose webhook never came is fulfilled by the next run, once", arguments: StripeSide.Delivery.allCases)
    func sale(delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            let sold = try await shop.stripe.sell(quantity: 2)
            let answer = try await shop.reconcile()
            #expect(answer.hasPrefix(#"{"finished":true,"#))
            #expect(try await shop.state(sold) == "paid 0 active,active receipt:sent")
            #expect(answer.contains(#""repaired":1"#))
            let again = try await shop.reconcile()
            #expect(!again.contains(#""repaired":1"#))
            #expect(try await shop.state(sold) == "paid 0 active,active receipt:sent")
        }
    }

    @Test("a refund revokes the licenses, and several add up", arguments: StripeSide.Delivery.allCases)
    func refund(delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.reconcile()
            try await shop.stripe.refund(sold, 2000)
            try await shop.reconcile()
            #expect(try await shop.state(sold) == "partially_refunded 2000 active receipt:sent,refund_confirmed:sent")
            try await shop.stripe.refund(sold, 2900)
            try await shop.reconcile()
            #expect(try await shop.state(sold).hasPrefix("refunded 4900 revoked "))
            try await shop.reconcile()
            #expect(
                try await shop.state(sold)
                    == "refunded 4900 revoked receipt:sent,refund_confirmed:sent,refund_confirmed:sent")
        }
    }

    @Test(
        "a dispute suspends, and its end opens or closes for good", arguments: ["won", "lost"],
        StripeSide.Delivery.allCases)
    func dispute(outcome: String, delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.reconcile()
            try await shop.stripe.dispute(sold)
            try await shop.reconcile()
            #expect(try await shop.state(sold) == "disputed 0 suspended receipt:sent,access_suspended:sent")
            try await shop.passTime()
            try await shop.stripe.close(sold, outcome)
            try await shop.reconcile()
            let end = outcome == "won" ? "paid 0 active" : "lost 0 revoked"
            #expect(try await shop.state(sold).hasPrefix(end))
        }
    }

    @Test("a dispute that was seen won is not opened again by an event of the minute before that comes late")
    func lateEvent() async throws {
        try await LosingShop.open(.fails) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.reconcile()
            try await shop.stripe.dispute(sold)
            try await shop.stripe.close(sold, "won")
            try await shop.reconcile()
            let dispute = try await shop.text("SELECT stripe_dispute_id FROM disputes")
            let payment = try await shop.text("SELECT stripe_payment_intent_id FROM orders")
            for (age, expected) in [(20, "paid 0 active"), (0, "paid 0 active"), (-300, "disputed 0 suspended")] {
                let (now, stated) = (WallClock.system.now(), WallClock.system.now() - .seconds(age))
                let update = PaymentUpdate.dispute(id: dispute, .open, at: stated)
                let entry = LedgerEntry(
                    event: "evt_late_\(age + 1000)", type: "charge.dispute.updated", apiVersion: nil, createdAt: stated,
                    receivedAt: now, payload: "{}", source: .delivered)
                _ = try await shop.fixture.pool.run(
                    PaymentEventStatements.record(update, of: payment, from: entry),
                    PaymentStatements.settle(payment, PaymentMails(at: now), mailLeasedUntil: now, by: "test", at: now))
                #expect(try await shop.state(sold).hasPrefix(expected), "\(age)")
            }
        }
    }

    @Test(
        "a sale whose money went back meanwhile gives no access, and its buyer one mail",
        arguments: StripeSide.Delivery.allCases)
    func refundedSale(delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.stripe.refund(sold)
            try await shop.reconcile()
            #expect(try await shop.state(sold).hasPrefix("refunded 4900 revoked refund_confirmed:"))
            #expect(try await shop.text("SELECT count(*)::text FROM emails") == "1")
        }
    }

    @Test(
        "a delayed payment is waited for, and comes or does not", arguments: ["succeeds", "fails"],
        StripeSide.Delivery.allCases)
    func delayed(outcome: String, delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            let sold = try await shop.stripe.sell(method: "delayed_\(outcome)")
            try await shop.reconcile()
            #expect(try await shop.state(sold) == "awaiting_payment 0")
            try await shop.passTime()
            try await shop.stripe.control("async", [("session", .string(sold.session))])
            try await shop.reconcile()
            let state = try await shop.state(sold)
            #expect(state.hasPrefix(outcome == "succeeds" ? "paid 0 active receipt:sent" : "failed 0 payment_failed:"))
        }
    }

    @Test(
        "a session that ended unpaid is expired, and one that is open is left alone",
        arguments: StripeSide.Delivery.allCases)
    func expired(delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            let (left, open) = (try await shop.stripe.open(), try await shop.stripe.open())
            try await shop.stripe.control("expire", [("session", .string(left.session))])
            try await shop.reconcile()
            #expect(try await shop.state(left) == "expired 0")
            #expect(try await shop.state(open) == "none")
        }
    }

    @Test(
        "what another program sells through the same account is none of ours", arguments: StripeSide.Delivery.allCases)
    func others(delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            try await shop.stripe.pay(try await shop.stripe.open(price: "price_of_others", isOurs: false))
            let answer = try await shop.reconcile()
            #expect(answer.contains(#""paid_at_stripe_only":0"#))
            #expect(!answer.contains(#""failed":1"#))
            #expect(try await shop.text("SELECT count(*)::text FROM orders") == "0")
        }
    }

    @Test("what only events carry is processed: a fraud warning, and why a payment failed")
    func eventsAlone() async throws {
        try await LosingShop.open(.fails) { shop in
            let (sold, open) = (try await shop.stripe.sell(), try await shop.stripe.open())
            try await shop.stripe.control("early-fraud-warning", [("session", .string(sold.session))])
            try await shop.run(
                """
                INSERT INTO orders (id, shop_id, status, currency, amount_total, stripe_session_id, livemode, created_at)
                VALUES (\(open.order), \(shop.fixture.shop), 'pending', 'usd', 4900, \(open.session), false, now())
                """)
            try await shop.stripe.decline(open)
            try await shop.reconcile()
            #expect(shop.log.text.contains("an early fraud warning: refund the order"))
            #expect(
                try await shop.text("SELECT last_payment_error FROM orders WHERE id = \(open.order)") == "card_declined"
            )
        }
    }

    @Test("the log has no session's ID, key or address")
    func log() async throws {
        try await LosingShop.open(.isNotAsked) { shop in
            _ = try await shop.stripe.sell()
            _ = try await shop.stripe.sell(product: "nothing-like-it")
            try await shop.reconcile()
            #expect(shop.log.text.contains(#""message":"event handled""#))
            #expect(!shop.log.text.contains("cs_test_"))
            #expect(!shop.log.text.contains("buyer@example.com"))
            #expect(!shop.log.text.contains("GENX-"))
        }
    }
}
