import EventLoop
import HTTP
import Kernel
import Postgres
import Support
import Testing

@testable import WebhookFunction

/// A refund or dispute whose currency is not its order's says nothing about the order's amount.
@Suite("Refund or dispute in another currency", .freshDatabase)
struct ForeignCurrencyTests {
    private static let facts: [(type: String, object: String)] = [
        (
            "refund.created",
            #"{"id":"re_1","object":"refund","amount":7421,"currency":"jpy","status":"succeeded","charge":"ch_1","payment_intent":"pi_1","created":1795201140,"metadata":{}}"#
        ),
        (
            "charge.refunded",
            #"{"id":"ch_1","object":"charge","amount":7421,"amount_refunded":7421,"refunded":true,"currency":"jpy","payment_intent":"pi_1","metadata":{}}"#
        ),
        (
            "charge.dispute.closed",
            #"{"id":"dp_1","object":"dispute","amount":7421,"currency":"jpy","status":"lost","charge":"ch_1","payment_intent":"pi_1","created":1795201140}"#
        ),
    ]

    @Test(
        "changes nothing, sends no mail and is parked with one alert, before its sale or after; in its currency it counts",
        arguments: facts, [true, false])
    func eitherOrder(fact: (type: String, object: String), isSaleFirst: Bool) async throws {
        let (sale, told) = (SessionEvent(id: "evt_sale").json, Told(fact.type, fact.object).json)
        try await withShop { shop throws in
            for event in isSaleFirst ? [sale, told, told] : [told, sale, told] {
                #expect(try await shop.deliver(event).status == 200)
            }
            #expect(shop.log.text.count(of: #""severity":"ERROR""#) == 1, "\(shop.log.text)")
            let state = try await shop.text(
                """
                SELECT concat_ws(' ', o.status, o.amount_refunded, l.status,
                    (SELECT string_agg(kind, ',') FROM emails),
                    (SELECT string_agg(stripe_event_id || ':' || status, ',' ORDER BY stripe_event_id) FROM webhook_events),
                    (SELECT error FROM webhook_events WHERE status = 'parked'))
                FROM orders o, licenses l
                """)
            #expect(
                state == "paid 0 active receipt evt_1:parked,evt_sale:processed "
                    + "a refund or dispute in another currency than its order")
            let inDollars = Told(
                fact.type,
                fact.object.replacing("jpy", with: "usd").replacing("7421", with: "4900")
                    .replacing(#""id":"re_1""#, with: #""id":"re_2""#).replacing(#""id":"dp_1""#, with: #""id":"dp_2""#)
            )
            let later = inDollars.json.replacing("evt_1", with: "evt_2").replacing("1795201140", with: "1795201150")
            #expect(try await shop.deliver(later).status == 200)
            #expect(
                try await shop.text("SELECT o.status || ' ' || l.status FROM orders o, licenses l")
                    == (fact.type.contains("dispute") ? "lost revoked" : "refunded revoked"))
        }
    }
}
