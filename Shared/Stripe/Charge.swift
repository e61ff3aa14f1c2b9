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

extension Charge: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, amount, refunded, disputed, currency, metadata
        case paymentIntent = "payment_intent"
        case amountRefunded = "amount_refunded"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.required(.id)
        paymentIntent = try fields.optional(.paymentIntent)
        amount = try fields.required(.amount)
        amountRefunded = try fields.required(.amountRefunded)
        isRefunded = try fields.required(.refunded)
        isDisputed = try fields.optional(.disputed) ?? false
        currency = try fields.currency(.currency)
        metadata = try fields.metadata(.metadata)
    }
}
