package import JSON
package import Kernel

/// Money given back, or about to be.
///
/// Source: <https://docs.stripe.com/api/refunds/object>
package struct Refund: Equatable, Sendable {
    /// How far it came.
    package enum Status: String, Sendable {
        case pending, succeeded, failed, canceled
        case requiresAction = "requires_action"
    }

    /// Stripe's ID of it.
    package let id: StripeID
    /// The charge it belongs to.
    package let charge: StripeID?
    /// The payment it belongs to.
    package let paymentIntent: StripeID?
    /// When it was made.
    package let created: Instant?
    /// How much, in the minor unit.
    package let amount: Int64
    /// What the amount is counted in.
    package let currency: Currency?
    /// Where it stands.
    package let status: OpenEnum<Status>?
    /// What the seller wrote into it.
    package let metadata: [String: String]
}

extension Refund: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        charge = try node.optional("charge")
        paymentIntent = try node.optional("payment_intent")
        created = try node.instant("created")
        amount = try node.required("amount")
        currency = try node.currency("currency")
        status = try node.optional("status")
        metadata = try node.metadata("metadata")
    }
}
