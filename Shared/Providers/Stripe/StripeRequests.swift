internal import HTTP

extension StripeRequest where Answer == CheckoutSession {
    /// Opens a session; the same `idempotencyKey` opens it once.
    ///
    /// Source: <https://docs.stripe.com/api/checkout/sessions/create>
    package static func create(_ session: NewCheckoutSession, idempotencyKey: String) -> Self {
        Self(method: .post, path: "/v1/checkout/sessions", form: session.form, idempotencyKey: idempotencyKey)
    }

    /// A session with what was bought in it.
    ///
    /// - Parameter withPayment: also how its payment stands; takes a key that may read payment intents.
    package static func session(_ id: StripeID, withPayment: Bool = false) -> Self {
        var form = Form()
        form.append("expand[]", "line_items")
        if withPayment { form.append("expand[]", "payment_intent") }
        return Self(method: .get, path: "/v1/checkout/sessions/\(id)", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Charge {
    /// One charge.
    package static func charge(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/charges/\(id)", form: Form(), idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == PaymentIntent {
    /// One payment intent.
    package static func paymentIntent(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/payment_intents/\(id)", form: Form(), idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Refund {
    /// Gives money back: `amount` minor units, or all that is left.
    ///
    /// Source: <https://docs.stripe.com/api/refunds/create>
    package static func refund(
        paymentIntent: StripeID, amount: Int64? = nil, metadata: [String: String] = [:], idempotencyKey: String
    ) -> Self {
        var form = Form()
        form.append("payment_intent", paymentIntent.text)
        if let amount { form.append("amount", String(amount)) }
        form.append("reason", "requested_by_customer")
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { form.append("metadata[\(name)]", value) }
        return Self(method: .post, path: "/v1/refunds", form: form, idempotencyKey: idempotencyKey)
    }

    /// One refund.
    package static func refund(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/refunds/\(id)", form: Form(), idempotencyKey: nil)
    }
}
