package import JSON
package import Kernel

/// A refund.
///
/// Source: <https://docs.stripe.com/api/refunds/object>
package struct Refund: Equatable, Sendable {
    /// The refund's status.
    package enum Status: String, Sendable {
        case pending, succeeded, failed, canceled
        case requiresAction = "requires_action"
    }

    /// Stripe's ID.
    package let id: StripeID
    /// Its charge.
    package let charge: StripeID?
    /// Its payment intent.
    package let paymentIntent: StripeID?
    /// When it was created.
    package let created: Instant?
    /// The amount, in the minor unit.
    package let amount: Int64
    /// The currency of the amount.
    package let currency: Currency?
    /// What the buyer gets back in a currency of their own; `nil` if that is the refund's.
    package let presentment: Money?
    /// The refund's status.
    package let status: OpenEnum<Status>?
    /// The seller's metadata.
    package let metadata: [String: String]
}

extension Refund: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        charge = try node.optional("charge")
        paymentIntent = try node.optional("payment_intent")
        created = try node.instant("created")
        amount = try node.requiredAmount("amount")
        currency = try node.statedCurrency("currency")
        presentment = node.presentment
        status = try node.optional("status")
        metadata = try node.metadata("metadata")
    }
}
