import EventLoop
import Kernel
import Postgres
import Reconciliation
import Support
import Testing

/// What we and Stripe do not agree about, and no repair can mend.
@Suite("Mismatches", .freshDatabase)
struct MismatchTests {
    @Test(
        "a paid session of ours that cannot be sold is parked with one alert, whatever tells of it",
        arguments: StripeSide.Delivery.allCases)
    func notSellable(delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            let sold = try await shop.stripe.open(product: "gone", price: "price_of_others")
            try await shop.stripe.pay(sold)
            #expect(try await shop.reconcile().contains(#""parked":1"#))
            for _ in 1...2 { #expect(try await shop.reconcile().contains(#""parked":0"#)) }
            let alert = alerts("an event is parked: it cannot be handled until a person looks at it", shop)
            #expect(alert.count == 1 && alert.first?.contains(#""amount":100,"currency":"usd""#) == true, "\(alert)")
            #expect(!shop.log.text.contains("paid at Stripe and not here") && !shop.log.text.contains(sold.session))
        }
    }

    @Test("an order that was set back by hand is an alert, since its update was processed already")
    func setBack() async throws {
        try await LosingShop.open(.isNotAsked) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.reconcile()
            try await shop.run("UPDATE orders SET status = 'pending'")
            #expect(try await shop.reconcile().contains(#""paid_at_stripe_only":1"#))
            #expect(alerts("paid at Stripe and not here", shop).first?.contains(sold.order.description) == true)
        }
    }

    @Test("an order that is paid here and not at Stripe is an alert, once")
    func notPaid() async throws {
        try await LosingShop.open { shop in
            let unpaid = try await shop.stripe.open()
            for session in [unpaid.session, "cs_test_thatnobodyknows", nil] {
                try await shop.run(
                    """
                    INSERT INTO orders (id, shop_id, status, currency, amount_total, stripe_session_id, livemode, created_at, paid_at)
                    VALUES (gen_random_uuid(), \(shop.fixture.shop), 'paid', 'usd', 4900, \(session), false, now(), now() - interval '10 minutes')
                    """)
            }
            #expect(try await shop.reconcile().contains(#""paid_here_only":3"#))
            #expect(alerts("paid here and not at Stripe", shop).count == 3)
            #expect(try await shop.reconcile().contains(#""paid_here_only":0"#))
        }
    }

    @Test("an order that is paid here and at Stripe is none, however old its session")
    func agreed() async throws {
        try await LosingShop.open { shop in
            _ = try await shop.stripe.sell()
            try await shop.reconcile()
            try await shop.run("UPDATE orders SET paid_at = paid_at - interval '1 hour'")
            try await shop.run(
                """
                UPDATE reconcile_marks SET through = CASE name WHEN 'orders' THEN now() - interval '1 day'
                    ELSE now() + interval '1 day' END
                """)
            let answer = try await shop.reconcile()
            #expect(answer.contains(#""orders":{"seen":1,"repaired":0,"failed":0}"#))
            #expect(answer.contains(#""paid_here_only":0"#))
        }
    }

    @Loop
    private func alerts(_ message: String, _ shop: LosingShop) -> [Substring] {
        shop.log.text.split(separator: "\n").filter { $0.contains(#""message":"\#(message)""#) }
    }
}
