import EventLoop
import HTTP
import JSON
import Kernel
import Postgres
import Support
import Testing

@testable import WebhookFunction

/// Every value of valid events, exchanged for what no column holds and no rule knows.
@Suite("Mutated events", .freshDatabase, .timeLimit(.minutes(15)))
struct MutatedEventTests {
    @Test("are never 5xx and never half done: processed, ignored or parked, with one alert at most", arguments: events)
    func everyValue(name: String, event: String) async throws {
        try await withShop(answering: "404") { shop throws in
            var seen = 0
            for (number, mutation) in try Mutation.all(of: event).enumerated() {
                let body = mutation.text.replacing("TAG", with: "\(number)")
                // A repeat is like the first, which `ParkedEventTests` shows of each kind; here of some.
                for _ in 0...(number % 4 == 0 ? 1 : 0) {
                    let refusal = await refusal { try await shop.deliver(body) }
                    #expect(refusal == nil, "\(mutation.path): \(body.prefix(2_000))")
                }
                let lines = shop.log.text.utf8.dropFirst(seen)
                #expect(
                    String(decoding: lines, as: UTF8.self).count(of: #""severity":"ERROR""#) <= 1,
                    "\(mutation.path): \(body.prefix(2_000))")
                seen = shop.log.text.utf8.count
            }
            let states = try await shop.text(
                "SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM webhook_events")
            #expect(["ignored parked processed", "parked processed", "ignored parked"].contains(states), "\(states)")
            for rule in wholeness {
                #expect(try await shop.text("SELECT count(*)::text FROM (\(rule)) broken") == "0")
            }
        }
    }
}

/// What must have no rows: sales that are written in part.
private let wholeness: [SQL] = [
    "SELECT FROM orders o WHERE NOT EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id)",
    """
    SELECT FROM orders o JOIN order_items i ON i.order_id = o.id
    WHERE o.paid_at IS NOT NULL AND (SELECT count(*) FROM licenses l WHERE l.order_id = o.id) <> i.quantity
    """,
    "SELECT FROM orders o WHERE o.paid_at IS NOT NULL AND NOT EXISTS (SELECT FROM download_grants g WHERE g.order_id = o.id)",
    """
    SELECT FROM orders o WHERE o.paid_at IS NOT NULL AND o.email IS NOT NULL
        AND NOT EXISTS (SELECT FROM emails e WHERE e.order_id = o.id)
    """,
    "SELECT FROM licenses l JOIN orders o ON o.id = l.order_id WHERE o.paid_at IS NULL",
]

private let events: [(String, String)] = [
    ("sale", wrapped("checkout.session.completed", session)),
    ("unpaid", wrapped("checkout.session.completed", session.replacing(#""paid""#, with: #""unpaid""#))),
    (
        "refund",
        wrapped(
            "refund.created",
            #"""
            {"id":"re_TAG","object":"refund","amount":4900,"currency":"usd","status":"succeeded","charge":"ch_TAG",
             "payment_intent":"pi_TAG","created":1795201140,"metadata":{"note":"x"},"reason":"duplicate"}
            """#)
    ),
    (
        "charge",
        wrapped(
            "charge.refunded",
            #"""
            {"id":"ch_TAG","object":"charge","amount":4900,"amount_refunded":4900,"refunded":true,"disputed":false,
             "currency":"usd","payment_intent":"pi_TAG","metadata":{"note":"x"}}
            """#)
    ),
    (
        "dispute",
        wrapped(
            "charge.dispute.created",
            #"""
            {"id":"dp_TAG","object":"dispute","amount":4900,"currency":"usd","status":"needs_response","charge":"ch_TAG",
             "payment_intent":"pi_TAG","created":1795201140,"reason":"fraudulent"}
            """#)
    ),
    (
        "warning",
        wrapped(
            "radar.early_fraud_warning.created",
            #"{"id":"issfr_TAG","object":"radar.early_fraud_warning","charge":"ch_TAG","payment_intent":"pi_TAG"}"#)
    ),
    (
        "failure",
        wrapped(
            "payment_intent.payment_failed",
            #"""
            {"id":"pi_TAG","object":"payment_intent","status":"requires_payment_method","latest_charge":"ch_TAG",
             "last_payment_error":{"code":"card_declined"},"metadata":{"latchkey_order":"019aa2b1-0000-7000-8000-000000000001",
             "latchkey_product":"genx-delay","latchkey_quantity":"1"}}
            """#)
    ),
]

private let session = #"""
    {"id":"cs_test_TAG","object":"checkout.session","amount_total":4900,"amount_subtotal":4900,"currency":"usd",
     "total_details":{"amount_discount":0,"amount_tax":0},"created":1795201100,"expires_at":1795287500,"livemode":false,
     "mode":"payment","status":"complete","payment_status":"paid","payment_intent":"pi_TAG","customer":"cus_TAG",
     "client_reference_id":"x","customer_email":null,"url":null,
     "metadata":{"latchkey_product":"genx-delay","latchkey_quantity":"1"},
     "customer_details":{"email":"buyer@example.com","name":"Björk","address":{"country":"IS"}},
     "line_items":{"object":"list","has_more":false,"data":[
      {"id":"li_TAG","object":"item","description":"x","quantity":1,"amount_subtotal":4900,"amount_total":4900,
       "amount_discount":0,"amount_tax":0,"currency":"usd","price":{"id":"price_1","object":"price","product":"prod_1"}}]}}
    """#

private func wrapped(_ type: String, _ object: String) -> String {
    """
    {"id":"evt_TAG","object":"event","api_version":"2026-07-29.dahlia","created":1795201140,"livemode":false,
     "pending_webhooks":1,"account":null,"type":"\(type)","request":{"id":null,"idempotency_key":null},
     "data":{"object":\(object),"previous_attributes":{"x":1}}}
    """
}
