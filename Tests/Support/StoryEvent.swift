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
    package let currency: String
    /// The lines of a session that our checkout did not open; none for one that it did.
    package let lines: [StoryLine]

    /// Memberwise.
    package init(
        tag: String, order: OrderID, total: Int64, quantity: Int, currency: String = "usd", lines: [StoryLine] = []
    ) {
        self.tag = tag
        self.order = order
        self.total = total
        self.quantity = quantity
        self.currency = currency
        self.lines = lines
    }

    private var subtotal: Int64 { lines.isEmpty ? 4900 * Int64(quantity) : total }

    private var metadata: String {
        guard lines.isEmpty else { return "{}" }
        return #"{"latchkey_order":"\#(order)","latchkey_product":"genx-delay","latchkey_quantity":"\#(quantity)"}"#
    }

    private var items: String {
        guard !lines.isEmpty else { return "null" }
        let items = lines.enumerated().map { index, line in
            """
            {"id":"li_\(index + 1)","object":"item","description":"Something","quantity":\(line.quantity),\
            "amount_subtotal":\(line.total),"amount_discount":0,"amount_tax":0,"amount_total":\(line.total),\
            "currency":"\(currency)","price":{"id":"\(line.price)","object":"price"}}
            """
        }
        return #"{"object":"list","has_more":false,"data":[\#(items.joined(separator: ","))]}"#
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
        let values = [
            "SESSION": session, "PAYMENT": isFree ? "null" : #""\#(payment)""#, "METADATA": metadata,
            "TOTAL": String(total), "SUBTOTAL": String(subtotal), "DISCOUNT": String(max(subtotal - total, 0)),
            "TAX": String(max(total - subtotal, 0)), "TAG": tag, "CURRENCY": currency, "ITEMS": items,
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
                {"id":"<SESSION>","object":"checkout.session","amount_total":<TOTAL>,"amount_subtotal":<SUBTOTAL>,\
                "total_details":{"amount_discount":<DISCOUNT>,"amount_tax":<TAX>},"currency":"<CURRENCY>","created":1795201100,\
                "livemode":false,"mode":"payment","status":"complete","payment_status":"\(paymentStatus)",\
                "payment_intent":<PAYMENT>,"metadata":<METADATA>,"line_items":<ITEMS>,\
                "customer_details":{"email":"<TAG>@example.com","name":"Björk"}}
                """, meaning: .sale(update))
    }

    /// The charge's account of what went back.
    package static func chargeRefunded(_ amount: Int64, of total: Int64, at created: Int64) -> StoryEvent {
        StoryEvent(
            type: "charge.refunded", created: created,
            object: """
                {"id":"ch_<TAG>","object":"charge","amount":<TOTAL>,"amount_refunded":\(amount),\
                "refunded":\(amount >= total),"disputed":false,"currency":"<CURRENCY>","payment_intent":<PAYMENT>,"metadata":{}}
                """, meaning: .payment(.refundTotal(amount, at: Instant(unixSeconds: created))))
    }

    /// One refund as it stood.
    package static func refund(
        _ number: Int, _ type: String, _ amount: Int64, _ word: String, _ status: RefundStatus, at created: Int64,
        lines: RefundLines? = nil, madeAt: Int64? = nil
    ) -> StoryEvent {
        let metadata = lines.map { #"{"latchkey_lines":"\#($0.text)"}"# } ?? "{}"
        let made = madeAt.map { #","created":\#($0)"# } ?? ""
        return StoryEvent(
            type: type, created: created,
            object: """
                {"id":"re_<TAG>x\(number)","object":"refund","amount":\(amount),"charge":"ch_<TAG>","currency":"<CURRENCY>",\
                "payment_intent":<PAYMENT>,"status":"\(word)","metadata":\(metadata)\(made)}
                """,
            meaning: .payment(
                .refund(
                    id: "re_\(number)", amount: amount, status, at: Instant(unixSeconds: created), lines: lines,
                    madeAt: madeAt.map { Instant(unixSeconds: $0) })))
    }

    /// One dispute as it stood.
    package static func dispute(
        _ number: Int, _ type: String, _ word: String, _ status: DisputeStatus, at created: Int64
    ) -> StoryEvent {
        StoryEvent(
            type: "charge.dispute.\(type)", created: created,
            object: """
                {"id":"dp_<TAG>x\(number)","object":"dispute","amount":<TOTAL>,"charge":"ch_<TAG>","currency":"<CURRENCY>",\
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

/// A line of a session that another program opened.
package struct StoryLine: Equatable, Sendable {
    package let price: String
    package let quantity: Int
    package let total: Int64

    /// Memberwise.
    package init(price: String, quantity: Int, total: Int64) {
        self.price = price
        self.quantity = quantity
        self.total = total
    }

    /// Whether the catalog of `Fixture` has it.
    package var isKnown: Bool { price != "price_elsewhere" }
}
