internal import HTTP

extension StripeRequest where Answer == CheckoutSession {
    /// Returns the request that creates a session; idempotent for the same `idempotencyKey`.
    ///
    /// Source: <https://docs.stripe.com/api/checkout/sessions/create>
    package static func create(_ session: NewCheckoutSession, idempotencyKey: String) -> Self {
        Self(method: .post, path: "/v1/checkout/sessions", form: session.form, idempotencyKey: idempotencyKey)
    }

    /// Returns the request for a session with its line items.
    ///
    /// - Parameter withPayment: also expands the payment intent; needs a key that may read payment intents.
    package static func session(_ id: StripeID, withPayment: Bool = false) -> Self {
        var form = Form()
        form.append("expand[]", "line_items")
        if withPayment { form.append("expand[]", "payment_intent") }
        return Self(method: .get, path: "/v1/checkout/sessions/\(id)", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Page<LineItem> {
    /// Returns the request for a session's line items, in their order.
    ///
    /// Source: <https://docs.stripe.com/api/checkout/sessions/line_items>
    package static func lineItems(of session: StripeID, startingAfter last: StripeID? = nil) -> Self {
        var form = Form()
        form.append("limit", "100")
        if let last { form.append("starting_after", last.text) }
        return Self(method: .get, path: "/v1/checkout/sessions/\(session)/line_items", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Charge {
    /// Returns the request for one charge.
    package static func charge(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/charges/\(id)", form: Form(), idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == PaymentIntent {
    /// Returns the request for one payment intent.
    package static func paymentIntent(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/payment_intents/\(id)", form: Form(), idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Refund {
    /// Returns the request for a refund of `amount` minor units, or of all that is left.
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

    /// Returns the request for one refund.
    package static func refund(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/refunds/\(id)", form: Form(), idempotencyKey: nil)
    }
}
