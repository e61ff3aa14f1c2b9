internal import HTTP

extension StripeRequest where Answer == Page<Refund> {
    /// Returns the request for the refunds of a payment intent, newest first.
    ///
    /// Source: <https://docs.stripe.com/api/refunds/list>
    package static func refunds(of paymentIntent: StripeID, startingAfter last: StripeID? = nil) -> Self {
        var form = Form()
        form.append("payment_intent", paymentIntent.text)
        form.append("limit", "100")
        if let last { form.append("starting_after", last.text) }
        return Self(method: .get, path: "/v1/refunds", form: form, idempotencyKey: nil)
    }
}
