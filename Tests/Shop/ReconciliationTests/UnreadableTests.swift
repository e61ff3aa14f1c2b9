import EventLoop
import Kernel
import Orders
import Postgres
import Support
import Testing

@Suite("Unreadable objects", .freshDatabase)
struct UnreadableTests {
    @Test("one in each list, and one that is fetched alone, are reported, and the others are processed")
    func lists() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("answers.json", UnreadableTests.answers(at: WallClock.system.now().unixSeconds))
        let stripe = try await onLoop { try await ScriptedServer.start("stripe_lists.py", file) }
        let base = try await onLoop { "http://127.0.0.1:\(stripe.port)" }
        try await LosingShop.open(.fails, ["STRIPE_API_BASE": base]) { shop in
            let fixture = shop.fixture
            for session in ["cs_1", "cs_12"] {
                _ = try await fixture.apply(fixture.sale(session), fixture.entitlement(), event: "evt_\(session)")
            }
            _ = try await fixture.apply(
                fixture.sale("cs_test_waiting0001", .unpaid), fixture.entitlement(0), event: "evt_waiting")
            let report = try await shop.reconcile()
            for (session, status) in [("cs_1", "refunded"), ("cs_12", "lost"), ("cs_test_a1b2c3d4e5", "paid")] {
                let state = try await shop.text("SELECT status FROM orders WHERE stripe_session_id = \(session)")
                #expect(state == status, "\(session)")
            }
            #expect(report.hasPrefix(#"{"finished":true,"#))
            for step in ["refunds", "disputes", "sessions", "unsettled"] {
                #expect(shop.log.text.contains(#""step":"\#(step)""#), "\(step)")
            }
            #expect(shop.log.text.contains("an object at Stripe could not be read"))
            #expect(shop.log.text.contains("re_unreadable") && shop.log.text.contains("dp_unreadable"))
            #expect(!shop.log.text.contains("cs_test_unreadable") && !shop.log.text.contains("cs_test_waiting"))
        }
    }

    /// Stripe's lists, each with an element that lacks its form and one after it that has it.
    private static func answers(at now: Int64) -> String {
        """
        {
          "/v1/refunds": {"object": "list", "has_more": false, "data": [
            {"id": "re_unreadable", "object": "refund", "amount": "much", "created": \(now)},
            {"id": "re_1", "object": "refund", "amount": 4900, "currency": "usd", "status": "succeeded", "charge": "ch_1",
             "payment_intent": "pi_cs_1", "created": \(now), "metadata": {}}]},
          "/v1/disputes": {"object": "list", "has_more": false, "data": [
            {"id": "dp_unreadable", "object": "dispute", "status": 7, "created": \(now)},
            {"id": "dp_1", "object": "dispute", "amount": 4900, "currency": "usd", "status": "lost", "charge": "ch_12",
             "payment_intent": "pi_cs_12", "created": \(now), "reason": "fraudulent"}]},
          "/v1/checkout/sessions": {"object": "list", "has_more": false, "data": [
            {"id": "cs_test_unreadable", "object": "checkout.session", "created": "yesterday", "livemode": "no"},
            {"id": "cs_test_a1b2c3d4e5", "object": "checkout.session", "amount_total": 4900, "currency": "usd",
             "created": \(now), "livemode": false, "mode": "payment", "status": "complete", "payment_status": "paid",
             "payment_intent": "pi_9", "metadata": {"latchkey_product": "genx-delay", "latchkey_quantity": "1"},
             "customer_details": {"email": "buyer@example.com", "name": "Björk"}, "line_items": null}]},
          "/v1/checkout/sessions/cs_test_waiting0001": {"id": "cs_test_waiting0001"}
        }
        """
    }
}
