import Testing

/// An event about a checkout session, as Stripe would send it.
package struct SessionEvent: Sendable, CustomTestStringConvertible {
    package var id = "evt_1"
    package var session = "cs_test_a1b2c3d4e5"
    package var amount = 4900
    /// The price before discounts; the amount if there are none.
    package var subtotal: Int?
    package var paymentIntent = #""pi_1""#
    package var email = "buyer@example.com"
    package var type = "checkout.session.completed"
    package var paymentStatus = "paid"
    package var mode = "payment"
    package var isLive = false
    package var metadata = #"{"latchkey_product":"genx-delay","latchkey_quantity":"1"}"#
    package var lineItems = "null"
    /// What the buyer was charged in a currency of their own.
    package var presentment = "null"

    /// Memberwise.
    package init(
        id: String = "evt_1", session: String = "cs_test_a1b2c3d4e5", amount: Int = 4900,
        subtotal: Int? = nil, paymentIntent: String = #""pi_1""#, email: String = "buyer@example.com",
        type: String = "checkout.session.completed", paymentStatus: String = "paid", mode: String = "payment",
        isLive: Bool = false, metadata: String = #"{"latchkey_product":"genx-delay","latchkey_quantity":"1"}"#,
        lineItems: String = "null", presentment: String = "null"
    ) {
        self.id = id
        self.session = session
        self.amount = amount
        self.subtotal = subtotal
        self.paymentIntent = paymentIntent
        self.email = email
        self.type = type
        self.paymentStatus = paymentStatus
        self.mode = mode
        self.isLive = isLive
        self.metadata = metadata
        self.lineItems = lineItems
        self.presentment = presentment
    }

    package var testDescription: String { "\(type) \(mode) \(isLive ? "live" : "test") \(metadata.count)" }

    /// The event as JSON.
    package var json: String {
        """
        {
          "id": "\(id)", "object": "event", "api_version": "2026-07-29.dahlia", "created": 1795201140, "livemode": \(isLive),
          "type": "\(type)", "pending_webhooks": 1,
          "data": {"object": {
            "id": "\(session)", "object": "checkout.session", "amount_total": \(amount), "amount_subtotal": \(subtotal ?? amount),
            "currency": "usd", "created": 1795201100, "livemode": \(isLive), "mode": "\(mode)", "status": "complete",
            "payment_status": "\(paymentStatus)", "payment_intent": \(paymentIntent), "metadata": \(metadata),
            "customer_details": {"email": "\(email)", "name": "Björk"}, "line_items": \(lineItems),
            "presentment_details": \(presentment)
          }}
        }
        """
    }
}
