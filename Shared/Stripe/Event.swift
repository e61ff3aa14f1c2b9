package import Kernel

/// Something that happened at Stripe.
///
/// Source: <https://docs.stripe.com/api/events/object>
package struct Event: Equatable, Sendable {
    /// The kinds of event that change something here.
    package enum Kind: String, Sendable, CaseIterable {
        case checkoutSessionCompleted = "checkout.session.completed"
        case checkoutSessionAsyncPaymentSucceeded = "checkout.session.async_payment_succeeded"
        case checkoutSessionAsyncPaymentFailed = "checkout.session.async_payment_failed"
        case checkoutSessionExpired = "checkout.session.expired"
        case chargeRefunded = "charge.refunded"
        case chargeRefundUpdated = "charge.refund.updated"
        case refundCreated = "refund.created"
        case refundUpdated = "refund.updated"
        case refundFailed = "refund.failed"
        case disputeCreated = "charge.dispute.created"
        case disputeUpdated = "charge.dispute.updated"
        case disputeClosed = "charge.dispute.closed"
        case disputeFundsWithdrawn = "charge.dispute.funds_withdrawn"
        case disputeFundsReinstated = "charge.dispute.funds_reinstated"
        case earlyFraudWarningCreated = "radar.early_fraud_warning.created"
        case paymentIntentFailed = "payment_intent.payment_failed"
    }

    /// What it happened to, as it was at that moment.
    package enum Object: Equatable, Sendable {
        case checkoutSession(CheckoutSession)
        case charge(Charge)
        case refund(Refund)
        case dispute(Dispute)
        case earlyFraudWarning(EarlyFraudWarning)
        case paymentIntent(PaymentIntent)
        /// An object that means nothing here or belongs to an event that means nothing, by Stripe's name for its type.
        case other(String)
    }

    /// Stripe's ID of it.
    package let id: StripeID
    /// What happened.
    package let kind: Word<Kind>
    /// When it happened.
    package let created: Instant
    /// Whether it is about real money.
    package let isLive: Bool
    /// The version of Stripe's API that it is written in.
    package let apiVersion: String?
    /// What it happened to.
    package let object: Object

    /// Reads the event in a delivery whose signature held.
    package init(_ payload: VerifiedPayload) throws(MalformedDocument) {
        self = try decode(Event.self, from: payload.body)
    }

    /// Reads an event that Stripe's API told us, or that we kept after either.
    package init(kept document: String) throws(MalformedDocument) {
        self = try decode(Event.self, from: Array(document.utf8))
    }
}

extension Event: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, created, livemode, data
        case kind = "type"
        case apiVersion = "api_version"
    }

    private struct Content: Decodable { let object: Object }

    /// All that is read of an object whose event means nothing here: in another version of the API it may look unlike
    /// anything we know, and that is no fault.
    private struct UnusedContent: Decodable {
        struct Object: Decodable { let object: String }
        let object: Object
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.required(.id)
        kind = try fields.required(.kind)
        created = Instant(unixSeconds: try fields.required(.created))
        isLive = try fields.required(.livemode)
        apiVersion = try fields.optional(.apiVersion)
        switch kind {
        case .known:
            let content: Content = try fields.required(.data)
            object = content.object
        case .unknown:
            let content: UnusedContent = try fields.required(.data)
            object = .other(content.object.object)
        }
    }
}

extension Event.Object: Decodable {
    private enum CodingKeys: String, CodingKey { case object }

    package init(from decoder: any Decoder) throws {
        let type = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .object)
        switch type {
        case "checkout.session": self = .checkoutSession(try CheckoutSession(from: decoder))
        case "charge": self = .charge(try Charge(from: decoder))
        case "refund": self = .refund(try Refund(from: decoder))
        case "dispute": self = .dispute(try Dispute(from: decoder))
        case "radar.early_fraud_warning": self = .earlyFraudWarning(try EarlyFraudWarning(from: decoder))
        case "payment_intent": self = .paymentIntent(try PaymentIntent(from: decoder))
        default: self = .other(type)
        }
    }
}
