package import JSON

/// An attempt to be paid.
///
/// Source: <https://docs.stripe.com/api/payment_intents/object>
package struct PaymentIntent: Equatable, Sendable {
    /// Stripe's ID of it.
    package let id: StripeID
    /// Where it stands.
    package let status: String?
    /// Why the last try failed, in Stripe's word for programs.
    package let lastErrorCode: String?
    /// The last attempt to charge.
    package let latestCharge: StripeID?
    /// What the seller wrote into it.
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
