package import JSON
package import Kernel

/// A Stripe event.
///
/// Source: <https://docs.stripe.com/api/events/object>
package struct Event: Equatable, Sendable {
    /// The event types we act on.
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

    /// The event's object, as it was at that moment.
    package enum Object: Equatable, Sendable {
        case checkoutSession(CheckoutSession)
        case charge(Charge)
        case refund(Refund)
        case dispute(Dispute)
        case earlyFraudWarning(EarlyFraudWarning)
        case paymentIntent(PaymentIntent)
        /// An object we do not use, or one of an event we do not use, by Stripe's name for its type.
        case other(String)
    }

    /// Stripe's ID.
    package let id: StripeID
    /// The event's type.
    package let kind: OpenEnum<Kind>
    /// When it occurred.
    package let created: Instant
    /// Whether it is live mode.
    package let isLive: Bool
    /// Whether it is about a connected account and not our own.
    package let isOfConnectedAccount: Bool
    /// The API version it is rendered in.
    package let apiVersion: String?
    /// The event's object.
    package let object: Object

    /// Parses the event in a delivery with a verified signature.
    package init(_ payload: VerifiedPayload) throws(MalformedDocument) {
        try self.init(json: payload.body)
    }

    /// Parses an event that we fetched from Stripe's API, or a stored one of either origin.
    package init(kept document: String) throws(MalformedDocument) {
        try self.init(json: Array(document.utf8))
    }
}

extension Event: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        kind = try node.required("type")
        created = try node.required("created")
        isLive = try node.required("livemode")
        isOfConnectedAccount = node["account"] != nil
        apiVersion = try node.optional("api_version")
        switch kind {
        case .known: object = try node.required("data", as: Content<Object>.self).object
        // In another API version it may have any form, which is not a fault.
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
