package import JSON

/// A payment intent.
///
/// Source: <https://docs.stripe.com/api/payment_intents/object>
package struct PaymentIntent: Equatable, Sendable {
    /// Stripe's ID.
    package let id: StripeID
    /// The payment intent's status.
    package let status: String?
    /// Stripe's error code for the last failed attempt.
    package let lastErrorCode: String?
    /// The latest charge.
    package let latestCharge: StripeID?
    /// The seller's metadata.
    package let metadata: [String: String]
}

extension PaymentIntent: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        status = try node.optional("status")
        let error: LastError? = try node.optional("last_payment_error")
        lastErrorCode = error?.code
        latestCharge = try node.optional("latest_charge")
        metadata = try node.metadata("metadata")
    }

    private struct LastError: JSONReadable {
        let code: String?

        init(json node: JSONNode) throws(MalformedDocument) { code = try node.optional("code") }
    }
}
