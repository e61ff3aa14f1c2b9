import EventLoop
import Kernel
import Postgres
import Support
import Testing

/// What lies unhandled in our own ledger.
@Suite("Ledger", .freshDatabase)
struct LedgerReplayTests {
    @Test("an event that failed is handled by the next run from what was kept of it")
    func failed() async throws {
        try await LosingShop.open { shop in
            try await shop.keep("evt_1", "checkout.session.completed", sale, status: "failed")
            #expect(try await shop.reconcile().contains(#""ledger":{"seen":1,"repaired":1,"failed":0}"#))
            #expect(try await shop.text("SELECT status FROM orders") == "paid")
            #expect(try await ledger(shop) == "evt_1 processed 2")
        }
    }

    @Test("a refund that an older version ignored revokes the licenses; what is still ignored is left alone")
    func unused() async throws {
        try await LosingShop.open { shop in
            try await shop.keep("evt_1", "checkout.session.completed", sale, status: "failed")
            try await shop.keep("evt_2", "charge.refunded", refund, status: "ignored")
            try await shop.keep("evt_3", "charge.succeeded", refund, status: "ignored")
            try await shop.reconcile()
            #expect(
                try await shop.text("SELECT o.status || ' ' || l.status FROM orders o, licenses l")
                    == "refunded revoked")
            #expect(try await ledger(shop) == "evt_1 processed 2, evt_2 processed 2, evt_3 ignored 1")
        }
    }

    @Test("what is of no use still is looked at once and then left alone")
    func stillUnused() async throws {
        try await LosingShop.open { shop in
            let failure = #"""
                {"id": "evt_1", "object": "event", "created": 1795201140, "livemode": false, "type": "payment_intent.payment_failed",
                 "data": {"object": {"id": "pi_1", "object": "payment_intent", "metadata": {}}}}
                """#
            try await shop.keep("evt_1", "payment_intent.payment_failed", failure, status: "ignored")
            for _ in 1...2 { try await shop.reconcile() }
            #expect(try await ledger(shop) == "evt_1 ignored 2")
        }
    }

    @Test("one that was trimmed is fetched")
    func trimmed() async throws {
        try await LosingShop.open(.isNotAsked) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.reconcile()
            try await shop.stripe.refund(sold)
            let event = try await shop.stripe.newestEvent("charge.refunded")
            try await shop.keep(event, "charge.refunded", nil, status: "failed")
            #expect(try await shop.reconcile().contains(#""ledger":{"seen":1,"repaired":1,"failed":0}"#))
            #expect(try await shop.state(sold).hasPrefix("refunded 4900 revoked"))
        }
    }

    @Test("one that can never be handled is parked with its reason, holds up no other and is left alone from then on")
    func poison() async throws {
        try await LosingShop.open { shop in
            try await shop.keep("evt_1", "charge.refunded", "{", status: "failed")
            try await shop.keep("evt_2", "charge.refunded", nil, status: "failed")
            try await shop.keep("evt_3", "checkout.session.completed", sale, status: "failed")
            let first = try await shop.reconcile()
            #expect(first.contains(#""ledger":{"seen":3,"repaired":1,"failed":0}"#) && first.contains(#""parked":2"#))
            let kept = "evt_1 parked 2, evt_2 parked 2, evt_3 processed 2"
            #expect(try await ledger(shop) == kept)
            #expect(shop.log.text.count(of: "an event is parked: ") == 2, "\(shop.log.text)")
            #expect(try await shop.reconcile().contains(#""ledger":{"seen":0,"repaired":0,"failed":0}"#))
            #expect(try await ledger(shop) == kept)
            #expect(shop.log.text.count(of: "an event is parked: ") == 2, "\(shop.log.text)")
            #expect(
                try await shop.text("SELECT error FROM webhook_events WHERE stripe_event_id = 'evt_1'")
                    == "an event that cannot be read ()")
        }
    }

    @Test("a session that could not be fulfilled is fetched again, and fulfilled when it can be")
    func session() async throws {
        try await LosingShop.open(.isNotAsked) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.run("UPDATE products SET key_prefix = '-'")
            #expect(try await shop.reconcile().contains(#""sessions":{"seen":1,"repaired":0,"failed":1}"#))
            #expect(try await shop.text("SELECT status FROM webhook_events") == "failed")
            try await shop.run("UPDATE products SET key_prefix = 'GENX'")
            try await shop.passTime()
            try await shop.reconcile()
            #expect(try await shop.state(sold).hasPrefix("paid 0 active"))
            #expect(try await shop.text("SELECT status FROM webhook_events") == "processed")
        }
    }

    private var sale: String {
        #"""
        {"id": "evt_1", "object": "event", "created": 1795201140, "livemode": false, "type": "checkout.session.completed",
         "data": {"object": {"id": "cs_test_kept", "object": "checkout.session", "amount_total": 4900, "currency": "usd",
          "created": 1795201100, "livemode": false, "mode": "payment", "status": "complete", "payment_status": "paid",
          "payment_intent": "pi_1", "metadata": {"latchkey_product": "genx-delay", "latchkey_quantity": "1"}}}}
        """#
    }

    private var refund: String {
        #"""
        {"id": "evt_2", "object": "event", "created": 1795201240, "livemode": false, "type": "charge.refunded",
         "data": {"object": {"id": "ch_1", "object": "charge", "amount": 4900, "amount_refunded": 4900, "refunded": true,
          "payment_intent": "pi_1", "currency": "usd", "metadata": {}}}}
        """#
    }

    @Loop
    private func ledger(_ shop: LosingShop) async throws -> String {
        try await shop.text(
            """
            SELECT string_agg(concat_ws(' ', stripe_event_id, status, attempts), ', ' ORDER BY stripe_event_id)
            FROM webhook_events
            """)
    }
}

extension LosingShop {
    /// Puts an event into the ledger, as it would lie there after an hour.
    fileprivate func keep(_ id: String, _ type: String, _ payload: String?, status: String) async throws {
        try await run(
            """
            INSERT INTO webhook_events (stripe_event_id, type, status, error, created_at, received_at, payload)
            VALUES (\(id), \(type), \(status), 'not used', now() - interval '1 hour', now() - interval '1 hour', \(payload))
            """)
    }
}
