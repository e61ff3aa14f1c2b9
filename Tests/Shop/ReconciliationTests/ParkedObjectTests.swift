import EventLoop
import Kernel
import Orders
import Postgres
import Support
import Testing

/// Objects in Stripe's lists that our own rules refuse: each is parked once, and the lists go on.
@Suite("Parked objects", .freshDatabase)
struct ParkedObjectTests {
    private static let alert = #""severity":"ERROR""#

    @Test("raise one alert each, whatever number of runs finds them; the others are processed and every run finishes")
    func lists() async throws {
        try await withStripe { shop throws in
            let fixture = shop.fixture
            for session in ["cs_1", "cs_2", "cs_3", "cs_4"] {
                _ = try await fixture.apply(fixture.sale(session), fixture.entitlement(), event: "evt_\(session)")
            }
            try await shop.run("UPDATE emails SET status = 'sent'")
            let first = try await shop.reconcile()
            #expect(first.hasPrefix(#"{"finished":true,"#), "\(first)")
            let parked = Self.parked.split(separator: " ").count
            #expect(first.contains(#""parked":\#(parked)"#), "\(first)")
            #expect(shop.log.text.count(of: Self.alert) == parked, "\(shop.log.text)")
            #expect(try await states(shop) == "cs_1 refunded, cs_2 paid, cs_3 paid, cs_4 lost, cs_test_a1b2c3d4e5 paid")
            for _ in 1...3 {
                // As after an hour: what was parked is old enough to count as unhandled, if it did.
                try await shop.run("UPDATE webhook_events SET received_at = received_at - interval '1 hour'")
                let report = try await shop.reconcile()
                #expect(report.contains(#""parked":0"#) && report.contains(#""violated":[]"#), "\(report)")
                #expect(!report.contains(#""failed":1"#), "\(report)")
            }
            #expect(shop.log.text.count(of: Self.alert) == parked, "\(shop.log.text)")
            #expect(try await ledger(shop) == Self.parked)
        }
    }

    @Test("that an event told of before raise no alert of their own")
    func toldBefore() async throws {
        try await withStripe { shop throws in
            let subjects = Self.parked.split(separator: " ").map {
                $0.split(separator: ":").prefix(2).joined(separator: ":")
            }
            for (number, subject) in subjects.enumerated() where !subject.hasPrefix("unreadable") {
                try await shop.run(
                    """
                    INSERT INTO webhook_events (stripe_event_id, type, status, error, created_at, received_at, payload, subject)
                    VALUES (\("evt_\(number)"), 'x', 'parked', 'x', now(), now(), '{}', \(subject))
                    """)
            }
            try await shop.run("UPDATE emails SET status = 'sent'")
            for _ in 1...2 { try await shop.reconcile() }
            // Of the object without an ID, and of the event, which is no state of an object.
            #expect(shop.log.text.count(of: Self.alert) == 2, "\(shop.log.text)")
        }
    }

    @Test("a state that becomes known is processed, although an unknown one of the same object is parked")
    func known() async throws {
        try await LosingShop.open(.isNotAsked) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.reconcile()
            try await shop.run(
                """
                INSERT INTO webhook_events (stripe_event_id, type, status, error, created_at, received_at, payload, subject)
                SELECT 'refund:re_1:unheard', 'x', 'parked', 'x', now(), now(), '{}', 'refund:re_1'
                """)
            try await shop.stripe.refund(sold)
            try await shop.reconcile()
            #expect(try await shop.state(sold).hasPrefix("refunded 4900 revoked"))
        }
    }

    @Test("an unknown word of another program's session is passed over")
    func otherProgram() async throws {
        let session = Self.session("cs_test_other", "promised", #""subscription""#, "{}")
        let answers = #"{"/v1/checkout/sessions": {"object": "list", "has_more": false, "data": [\#(session)]}}"#
        try await withStripe(answers) { shop throws in
            #expect(try await shop.reconcile().contains(#""sessions":{"seen":1,"repaired":0,"failed":0}"#))
            #expect(shop.log.text.count(of: Self.alert) == 0, "\(shop.log.text)")
            #expect(try await ledger(shop) == "none")
        }
    }

    /// The entries of what `answers` has, without what differs from run to run.
    private static let parked = """
        dispute:dp_unknown:drawn dispute:dp_unreadable:unreadable evt_unreadable refund:re_other:succeeded \
        refund:re_unknown:evaporated refund:re_unreadable:unreadable session:cs_test_frozen:frozen:paid \
        session:cs_test_unreadable:unreadable session:cs_test_unsold:paid unreadable
        """

    @Loop
    private func ledger(_ shop: LosingShop) async throws -> String {
        try await shop.text(
            """
            SELECT coalesce(string_agg(CASE WHEN stripe_event_id LIKE 'unreadable:%' THEN 'unreadable' ELSE stripe_event_id END,
                ' ' ORDER BY stripe_event_id COLLATE "C"), 'none') FROM webhook_events WHERE status = 'parked'
            """)
    }

    @Loop
    private func states(_ shop: LosingShop) async throws -> String {
        try await shop.text(
            "SELECT string_agg(stripe_session_id || ' ' || status, ', ' ORDER BY stripe_session_id) FROM orders")
    }

    private func withStripe(
        _ answers: String? = nil, _ body: @escaping @Loop @Sendable (LosingShop) async throws -> Void
    ) async throws {
        let now = WallClock.system.now().unixSeconds
        let file = try TemporaryFolder()
        let path = try file.write("answers.json", answers ?? Self.answers(at: now))
        let stripe = try await onLoop { try await ScriptedServer.start("stripe_lists.py", path) }
        let base = try await onLoop { "http://127.0.0.1:\(stripe.port)" }
        try await LosingShop.open(.fails, ["STRIPE_API_BASE": base], body)
    }

    private static func session(
        _ id: String, _ payment: String, _ mode: String, _ metadata: String, status: String = "complete"
    )
        -> String
    {
        """
        {"id": "\(id)", "object": "checkout.session", "amount_total": 4900, "currency": "usd",
         "created": \(WallClock.system.now().unixSeconds), "livemode": false, "mode": \(mode), "status": "\(status)",
         "payment_status": "\(payment)", "payment_intent": "pi_9", "metadata": \(metadata),
         "customer_details": {"email": "buyer@example.com", "name": "Björk"},
         "line_items": {"data": [{"id": "li_1", "price": {"id": "price_9"}}], "has_more": false}}
        """
    }

    private static func answers(at now: Int64) -> String {
        let ours = #"{"latchkey_product": "genx-delay", "latchkey_quantity": "1"}"#
        func refund(_ id: String, _ currency: String, _ status: String, _ payment: String) -> String {
            """
            {"id": "\(id)", "object": "refund", "amount": 4900, "currency": "\(currency)", "status": "\(status)",
             "charge": "ch_1", "payment_intent": "\(payment)", "created": \(now), "metadata": {}}
            """
        }
        func dispute(_ id: String, _ status: String, _ payment: String) -> String {
            """
            {"id": "\(id)", "object": "dispute", "amount": 4900, "currency": "usd", "status": "\(status)", "charge": "ch_1",
             "payment_intent": "\(payment)", "created": \(now), "reason": "fraudulent"}
            """
        }
        let sold = ["cs_1", "cs_2", "cs_3", "cs_4"].map { id in
            #""/v1/checkout/sessions/\#(id)": \#(session(id, "paid", #""payment""#, ours)),"#
        }
        return """
            {
              \(sold.joined())
              "/v1/refunds": {"object": "list", "has_more": false, "data": [
                {"id": "re_unreadable", "object": "refund", "amount": -7, "created": 99999999999999},
                {"id": "a/b", "object": "refund"},
                \(refund("re_unknown", "usd", "evaporated", "pi_cs_2")),
                \(refund("re_other", "jpy", "succeeded", "pi_cs_3")),
                \(refund("re_1", "usd", "succeeded", "pi_cs_1"))]},
              "/v1/disputes": {"object": "list", "has_more": false, "data": [
                {"id": "dp_unreadable", "object": "dispute", "status": 7, "created": \(now)},
                \(dispute("dp_unknown", "drawn", "pi_cs_2")), \(dispute("dp_1", "lost", "pi_cs_4"))]},
              "/v1/events": {"object": "list", "has_more": false, "data": [
                {"id": "evt_unreadable", "object": "event", "type": "charge.refunded", "created": -5, "livemode": false}]},
              "/v1/checkout/sessions": {"object": "list", "has_more": false, "data": [
                {"id": "cs_test_unreadable", "object": "checkout.session", "created": "yesterday", "livemode": "no"},
                \(session("cs_test_frozen", "paid", #""payment""#, ours, status: "frozen")),
                \(session("cs_test_unsold", "paid", #""payment""#, "{}")),
                \(session("cs_test_a1b2c3d4e5", "paid", #""payment""#, ours))]}
            }
            """
    }
}
