package import JSON
package import Kernel

/// Money taken from a buyer.
///
/// Source: <https://docs.stripe.com/api/charges/object>
package struct Charge: Equatable, Sendable {
    /// Stripe's ID of it.
    package let id: StripeID
    /// The payment it belongs to.
    package let paymentIntent: StripeID?
    /// How much, in the minor unit.
    package let amount: Int64
    /// How much of it went back so far.
    package let amountRefunded: Int64
    /// Whether all of it went back.
    package let isRefunded: Bool
    /// Whether the buyer's bank has opened a dispute.
    package let isDisputed: Bool
    /// What the amount is counted in.
    package let currency: Currency?
    /// What the seller wrote into it.
    package let metadata: [String: String]
}

extension Charge: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        paymentIntent = try node.optional("payment_intent")
        amount = try node.required("amount")
        amountRefunded = try node.required("amount_refunded")
        isRefunded = try node.required("refunded")
        isDisputed = try node.optional("disputed") ?? false
        currency = try node.currency("currency")
        metadata = try node.metadata("metadata")
    }
}
