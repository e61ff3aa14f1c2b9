package import JSON
package import Kernel

/// A charge to a buyer.
///
/// Source: <https://docs.stripe.com/api/charges/object>
package struct Charge: Equatable, Sendable {
    /// Stripe's ID.
    package let id: StripeID
    /// Its payment intent.
    package let paymentIntent: StripeID?
    /// The amount, in the minor unit.
    package let amount: Int64
    /// The amount refunded so far.
    package let amountRefunded: Int64
    /// Whether it is fully refunded.
    package let isRefunded: Bool
    /// Whether the buyer's bank has opened a dispute.
    package let isDisputed: Bool
    /// The currency of the amounts.
    package let currency: Currency?
    /// The seller's metadata.
    package let metadata: [String: String]
}

extension Charge: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        paymentIntent = try node.optional("payment_intent")
        amount = try node.required("amount")
        amountRefunded = try node.requiredAmount("amount_refunded")
        isRefunded = try node.required("refunded")
        isDisputed = try node.optional("disputed") ?? false
        currency = try node.statedCurrency("currency")
        metadata = try node.metadata("metadata")
    }
}
