package import JSON
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
    package let kind: OpenEnum<Kind>
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
        try self.init(json: payload.body)
    }

    /// Reads an event that Stripe's API told us, or that we kept after either.
    package init(kept document: String) throws(MalformedDocument) {
        try self.init(json: Array(document.utf8))
    }
}

extension Event: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        kind = try node.required("type")
        created = Instant(unixSeconds: try node.required("created"))
        isLive = try node.required("livemode")
        apiVersion = try node.optional("api_version")
        switch kind {
        case .known: object = try node.required("data", as: Content<Object>.self).object
        // In another version of the API it may look unlike anything we know, and that is no fault.
        case .unknown: object = .other(try node.required("data", as: Content<ObjectType>.self).object.name)
        }
    }

    private struct Content<Object: JSONReadable>: JSONReadable {
        let object: Object

        init(json node: JSONNode) throws(MalformedDocument) { object = try node.required("object") }
    }

    private struct ObjectType: JSONReadable {
        let name: String

        init(json node: JSONNode) throws(MalformedDocument) { name = try node.required("object") }
    }
}

extension Event.Object: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        let type: String = try node.required("object")
        switch type {
        case "checkout.session": self = .checkoutSession(try CheckoutSession(json: node))
        case "charge": self = .charge(try Charge(json: node))
        case "refund": self = .refund(try Refund(json: node))
        case "dispute": self = .dispute(try Dispute(json: node))
        case "radar.early_fraud_warning": self = .earlyFraudWarning(try EarlyFraudWarning(json: node))
        case "payment_intent": self = .paymentIntent(try PaymentIntent(json: node))
        default: self = .other(type)
        }
    }
}
