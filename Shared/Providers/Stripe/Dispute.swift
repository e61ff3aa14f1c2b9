package import JSON
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
    package let status: OpenEnum<Status>
    /// Why, in the bank's words.
    package let reason: String?
}

extension Dispute: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        charge = try node.optional("charge")
        paymentIntent = try node.optional("payment_intent")
        created = try node.instant("created")
        amount = try node.required("amount")
        currency = try node.currency("currency")
        status = try node.required("status")
        reason = try node.optional("reason")
    }
}

/// A card network's word that a charge may be fraud, before any dispute.
///
/// Source: <https://docs.stripe.com/api/radar/early_fraud_warnings/object>
package struct EarlyFraudWarning: Equatable, Sendable, JSONReadable {
    /// Stripe's ID of it.
    package let id: StripeID
    /// The charge it belongs to.
    package let charge: StripeID?
    /// The payment it belongs to.
    package let paymentIntent: StripeID?

    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        charge = try node.optional("charge")
        paymentIntent = try node.optional("payment_intent")
    }
}
