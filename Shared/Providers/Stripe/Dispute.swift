package import JSON
package import Kernel

/// A dispute opened by the buyer's bank.
///
/// Source: <https://docs.stripe.com/api/disputes/object>
package struct Dispute: Equatable, Sendable {
    /// The dispute's status.
    package enum Status: String, Sendable {
        case won, lost, prevented
        case needsResponse = "needs_response"
        case underReview = "under_review"
        case warningNeedsResponse = "warning_needs_response"
        case warningUnderReview = "warning_under_review"
        case warningClosed = "warning_closed"
    }

    /// Stripe's ID.
    package let id: StripeID
    /// Its charge.
    package let charge: StripeID?
    /// Its payment intent.
    package let paymentIntent: StripeID?
    /// When it was opened.
    package let created: Instant?
    /// The amount, in the minor unit.
    package let amount: Int64
    /// The currency of the amount.
    package let currency: Currency?
    /// The dispute's status.
    package let status: OpenEnum<Status>
    /// The bank's reason.
    package let reason: String?
}

extension Dispute: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        charge = try node.optional("charge")
        paymentIntent = try node.optional("payment_intent")
        created = try node.instant("created")
        amount = try node.required("amount")
        currency = try node.statedCurrency("currency")
        status = try node.required("status")
        reason = try node.optional("reason")
    }
}

/// A card network's warning that a charge may be fraudulent, before any dispute.
///
/// Source: <https://docs.stripe.com/api/radar/early_fraud_warnings/object>
package struct EarlyFraudWarning: Equatable, Sendable, JSONReadable {
    /// Stripe's ID.
    package let id: StripeID
    /// Its charge.
    package let charge: StripeID?
    /// Its payment intent.
    package let paymentIntent: StripeID?

    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        charge = try node.optional("charge")
        paymentIntent = try node.optional("payment_intent")
    }
}
