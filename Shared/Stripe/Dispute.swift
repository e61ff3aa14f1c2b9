package import Kernel

/// A buyer's bank asking for the money back.
///
/// Source: <https://docs.stripe.com/api/disputes/object>
package struct Dispute: Equatable, Sendable {
    /// How it stands.
    package enum Status: String, Sendable {
        case won, lost, prevented
        case needsResponse = "needs_response"
        case underReview = "under_review"
        case warningNeedsResponse = "warning_needs_response"
        case warningUnderReview = "warning_under_review"
        case warningClosed = "warning_closed"
    }

    /// Stripe's ID of it.
    package let id: StripeID
    /// The charge it belongs to.
    package let charge: StripeID?
    /// The payment it belongs to.
    package let paymentIntent: StripeID?
    /// When it was opened.
    package let created: Instant?
    /// How much, in the minor unit.
    package let amount: Int64
    /// What the amount is counted in.
    package let currency: Currency?
    /// Where it stands.
    package let status: Word<Status>
    /// Why, in the bank's words.
    package let reason: String?
}

extension Dispute: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, charge, created, amount, currency, status, reason
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
        status = try fields.required(.status)
        reason = try fields.optional(.reason)
    }
}

/// A card network's word that a charge may be fraud, before any dispute.
///
/// Source: <https://docs.stripe.com/api/radar/early_fraud_warnings/object>
package struct EarlyFraudWarning: Equatable, Sendable, Decodable {
    /// Stripe's ID of it.
    package let id: StripeID
    /// The charge it belongs to.
    package let charge: StripeID?
    /// The payment it belongs to.
    package let paymentIntent: StripeID?

    private enum CodingKeys: String, CodingKey {
        case id, charge
        case paymentIntent = "payment_intent"
    }
}
