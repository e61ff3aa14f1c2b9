import Kernel
package import Orders
package import Stripe

extension Event {
    /// Returns the checkout update that the event carries and its session; `nil` if it is about something else.
    ///
    /// - Throws: if it does not say whether the session was paid: such a session is neither fulfilled nor ignored.
    func checkoutUpdate() throws(FulfilmentFault) -> (CheckoutSession, CheckoutUpdate)? {
        guard case .known(let kind) = kind, case .checkoutSession(let session) = object else { return nil }
        switch kind {
        case .checkoutSessionCompleted: return (session, try session.completion())
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
                PaymentReference(payment: charge.paymentIntent, charge: charge.id),
                .refundTotal(charge.amountRefunded, at: created)
            )
        case .refund(let refund):
            return (
                PaymentReference(payment: refund.paymentIntent, charge: refund.charge),
                .refund(id: refund.id.text, amount: refund.amount, try refund.refundStatus(), at: created)
            )
        case .dispute(let dispute):
            return (
                PaymentReference(payment: dispute.paymentIntent, charge: dispute.charge),
                .dispute(id: dispute.id.text, try dispute.disputeStatus(), at: created)
            )
        default: return nil
        }
    }
}

/// The IDs by which an event names its payment; Stripe may leave out the payment intent.
struct PaymentReference: Equatable, Sendable {
    let payment: StripeID?
    let charge: StripeID?
}

extension CheckoutSession {
    fileprivate func completion() throws(FulfilmentFault) -> CheckoutUpdate {
        switch paymentStatus {
        case .known(.paid), .known(.noPaymentRequired): return .paid
        case .known(.unpaid): return .unpaid
        default: throw .misconfigured("a payment status that is not known")
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
