package import Kernel
package import Orders

/// One event of a story: what Stripe would send, and what it means.
package struct StoryEvent: Equatable, Sendable {
    /// What an event means for its order.
    package enum Meaning: Equatable, Sendable {
        case sale(CheckoutUpdate)
        case payment(PaymentUpdate)
        /// Nothing that changes an order's state.
        case nothing
    }

    /// Stripe's word for what happened.
    package let type: String
    /// Seconds since 1970.
    package let created: Int64
    /// The object without the members that every object of the story has.
    package let object: String
    package let meaning: Meaning
}

/// What is bought in a story, and how Stripe names it; the names differ from run to run.
package struct StorySubject: Equatable, Sendable {
    package let tag: String
    package let order: OrderID
    package let total: Int64
    package let quantity: Int

    /// Memberwise.
    package init(tag: String, order: OrderID, total: Int64, quantity: Int) {
        self.tag = tag
        self.order = order
        self.total = total
        self.quantity = quantity
    }

    /// Nothing to pay means no payment.
    package var isFree: Bool { total == 0 }

    package var session: String { "cs_test_\(tag)" }
    package var payment: String { "pi_\(tag)" }

    /// The event number `index` of the story, as it is delivered.
    package func json(_ event: StoryEvent, index: Int) -> String {
        """
        {"id":"evt_\(tag)x\(index)","object":"event","api_version":"2026-07-29.dahlia","created":\(event.created),\
        "livemode":false,"type":"\(event.type)","pending_webhooks":1,"data":{"object":\(filled(event.object))}}
        """
    }

    private func filled(_ object: String) -> String {
        let metadata =
            #"{"latchkey_order":"\#(order)","latchkey_product":"genx-delay","latchkey_quantity":"\#(quantity)"}"#
        let values = [
            "SESSION": session, "PAYMENT": isFree ? "null" : #""\#(payment)""#, "METADATA": metadata,
            "TOTAL": String(total), "TAG": tag,
        ]
        return values.reduce(object) { $0.replacing("<\($1.key)>", with: $1.value) }
    }
}

extension StoryEvent {
    /// An event about the checkout session.
    package static func session(_ type: String, _ paymentStatus: String, _ update: CheckoutUpdate, at created: Int64)
        -> StoryEvent
    {
        StoryEvent(
            type: "checkout.session.\(type)", created: created,
            object: """
                {"id":"<SESSION>","object":"checkout.session","amount_total":<TOTAL>,"currency":"usd","created":1795201100,\
                "livemode":false,"mode":"payment","status":"complete","payment_status":"\(paymentStatus)",\
                "payment_intent":<PAYMENT>,"metadata":<METADATA>,"line_items":null,\
                "customer_details":{"email":"<TAG>@example.com","name":"Björk"}}
                """, meaning: .sale(update))
    }

    /// The charge's account of what went back.
    package static func chargeRefunded(_ amount: Int64, of total: Int64, at created: Int64) -> StoryEvent {
        StoryEvent(
            type: "charge.refunded", created: created,
            object: """
                {"id":"ch_<TAG>","object":"charge","amount":<TOTAL>,"amount_refunded":\(amount),\
                "refunded":\(amount >= total),"disputed":false,"currency":"usd","payment_intent":<PAYMENT>,"metadata":{}}
                """, meaning: .payment(.refundTotal(amount, at: Instant(unixSeconds: created))))
    }

    /// One refund as it stood.
    package static func refund(
        _ number: Int, _ type: String, _ amount: Int64, _ word: String, _ status: RefundStatus, at created: Int64
    ) -> StoryEvent {
        StoryEvent(
            type: type, created: created,
            object: """
                {"id":"re_<TAG>x\(number)","object":"refund","amount":\(amount),"charge":"ch_<TAG>","currency":"usd",\
                "payment_intent":<PAYMENT>,"status":"\(word)"}
                """,
            meaning: .payment(
                .refund(id: "re_\(number)", amount: amount, status, at: Instant(unixSeconds: created))))
    }

    /// One dispute as it stood.
    package static func dispute(
        _ number: Int, _ type: String, _ word: String, _ status: DisputeStatus, at created: Int64
    ) -> StoryEvent {
        StoryEvent(
            type: "charge.dispute.\(type)", created: created,
            object: """
                {"id":"dp_<TAG>x\(number)","object":"dispute","amount":<TOTAL>,"charge":"ch_<TAG>","currency":"usd",\
                "payment_intent":<PAYMENT>,"status":"\(word)","reason":"fraudulent"}
                """, meaning: .payment(.dispute(id: "dp_\(number)", status, at: Instant(unixSeconds: created))))
    }

    /// A card network's suspicion.
    package static func earlyFraudWarning(at created: Int64) -> StoryEvent {
        StoryEvent(
            type: "radar.early_fraud_warning.created", created: created,
            object: """
                {"id":"issfr_<TAG>","object":"radar.early_fraud_warning","charge":"ch_<TAG>",\
                "payment_intent":<PAYMENT>}
                """, meaning: .nothing)
    }

    /// A card that was declined on the payment page.
    package static func declined(at created: Int64) -> StoryEvent {
        StoryEvent(
            type: "payment_intent.payment_failed", created: created,
            object: """
                {"id":"pi_<TAG>","object":"payment_intent","status":"requires_payment_method","metadata":<METADATA>,\
                "last_payment_error":{"code":"card_declined"},"latest_charge":null}
                """, meaning: .nothing)
    }

    /// An event that no part of the shop uses.
    package static func unused(at created: Int64) -> StoryEvent {
        StoryEvent(
            type: "payment_intent.succeeded", created: created,
            object: #"{"id":"pi_<TAG>","object":"payment_intent","status":"succeeded","metadata":<METADATA>}"#,
            meaning: .nothing)
    }
}
