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
    package let status: Word<Status>?
    /// What the seller wrote into it.
    package let metadata: [String: String]
}

extension Refund: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, charge, created, amount, currency, status, metadata
        case paymentIntent = "payment_intent"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.required(.id)
        charge = try fields.optional(.charge)
        paymentIntent = try fields.optional(.paymentIntent)
        created = try fields.instant(.created)
        amount = try fields.required(.amount)
        currency = try fields.currency(.currency)
        status = try fields.optional(.status)
        metadata = try fields.metadata(.metadata)
    }
}
