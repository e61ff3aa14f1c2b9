import Kernel
package import Orders
package import Stripe

extension Event {
    /// Returns the session and the checkout update that the event carries, `nil` if it does not say whether the session
    /// was paid; returns `nil` if it is about something else.
    func checkoutUpdate() -> (CheckoutSession, CheckoutUpdate?)? {
        guard case .known(let kind) = kind, case .checkoutSession(let session) = object else { return nil }
        switch kind {
        case .checkoutSessionCompleted: return (session, session.completion)
        case .checkoutSessionAsyncPaymentSucceeded: return (session, .paymentSucceeded)
        case .checkoutSessionAsyncPaymentFailed: return (session, .paymentFailed)
        case .checkoutSessionExpired: return (session, .expired)
        default: return nil
        }
    }

    /// Returns the update of a payment after its sale and the IDs to find the payment by; `nil` if it is about
    /// something else.
    ///
    /// - Throws: if the status is unknown: whether to revoke access must not be guessed.
    func paymentUpdate() throws(FulfilmentFault) -> (PaymentReference, PaymentUpdate)? {
        guard case .known = kind else { return nil }
        switch object {
        case .charge(let charge):
            return (
                PaymentReference(charge.paymentIntent, charge: charge.id, in: charge.currency),
                .refundTotal(charge.amountRefunded, at: created)
            )
        case .refund(let refund):
            return (
                PaymentReference(refund),
                try refund.update(at: created)
            )
        case .dispute(let dispute):
            return (
                PaymentReference(dispute),
                .dispute(id: dispute.id.text, try dispute.disputeStatus(), at: created)
            )
        default: return nil
        }
    }
}

/// The IDs by which an event names its payment, and the currency of what it tells; Stripe may leave out the payment
/// intent.
struct PaymentReference: Equatable, Sendable {
    let payment: StripeID?
    let charge: StripeID?
    let currency: Currency?

    init(_ payment: StripeID?, charge: StripeID?, in currency: Currency? = nil) {
        self.payment = payment
        self.charge = charge
        self.currency = currency
    }

    /// The payment of `refund`.
    init(_ refund: Refund) { self.init(refund.paymentIntent, charge: refund.charge, in: refund.currency) }

    /// The payment of `dispute`.
    init(_ dispute: Dispute) { self.init(dispute.paymentIntent, charge: dispute.charge, in: dispute.currency) }
}

extension CheckoutSession {
    /// The update of a completed session; `nil` if it does not say whether it was paid.
    fileprivate var completion: CheckoutUpdate? {
        switch paymentStatus {
        case .known(.paid), .known(.noPaymentRequired): .paid
        case .known(.unpaid): .unpaid
        case .unknown: nil
        }
    }
}

extension Refund {
    /// Returns our status; a refund without one is of a method that settles at once.
    package func refundStatus() throws(FulfilmentFault) -> RefundStatus {
        switch status {
        case nil, .known(.succeeded): return .succeeded
        case .known(.pending), .known(.requiresAction): return .pending
        case .known(.failed), .known(.canceled): return .failed
        case .unknown: throw .misconfigured("a refund's status that is not known")
        }
    }
}

extension Dispute {
    /// Returns our status.
    ///
    /// An inquiry counts as a dispute while it is open, and as won when it closes without one. So does a prevented
    /// dispute: its own refund accounts for the money.
    package func disputeStatus() throws(FulfilmentFault) -> DisputeStatus {
        switch status {
        case .known(.needsResponse), .known(.underReview), .known(.warningNeedsResponse), .known(.warningUnderReview):
            return .open
        case .known(.won), .known(.warningClosed), .known(.prevented): return .won
        case .known(.lost): return .lost
        case .unknown: throw .misconfigured("a dispute's status that is not known")
        }
    }
}
