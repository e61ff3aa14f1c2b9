import Kernel
import Orders
import Stripe

extension Event {
    /// What the event tells about a sale, if it is about one.
    ///
    /// - Throws: when it does not tell whether somebody paid: such a session is neither sold nor forgotten.
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

    /// What the event tells about a payment after its sale, and by which IDs the payment is found.
    ///
    /// - Throws: when it speaks of a state that we do not know: whether a door is to close must not be guessed.
    func paymentUpdate() throws(FulfilmentFault) -> (PaymentReference, PaymentUpdate)? {
        guard case .known = kind else { return nil }
        switch object {
        case .charge(let charge):
            return (
                PaymentReference(payment: charge.paymentIntent, charge: charge.id), .refundTotal(charge.amountRefunded)
            )
        case .refund(let refund):
            return (
                PaymentReference(payment: refund.paymentIntent, charge: refund.charge),
                .refund(id: refund.id.text, amount: refund.amount, try refund.standing(), at: created)
            )
        case .dispute(let dispute):
            return (
                PaymentReference(payment: dispute.paymentIntent, charge: dispute.charge),
                .dispute(id: dispute.id.text, try dispute.standing(), at: created)
            )
        default: return nil
        }
    }
}

/// By what an event names the payment that it is about; Stripe may leave out the first.
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
    /// A refund without a state is one of a method that knows no delay.
    func standing() throws(FulfilmentFault) -> RefundStatus {
        switch status {
        case nil, .known(.succeeded): return .succeeded
        case .known(.pending), .known(.requiresAction): return .pending
        case .known(.failed), .known(.canceled): return .failed
        case .unknown: throw .misconfigured("a refund's status that is not known")
        }
    }
}

extension Dispute {
    /// An inquiry counts as a dispute while it is open, and as won when it ends without one; so does a dispute that was
    /// prevented, which a refund of its own makes true to the money.
    func standing() throws(FulfilmentFault) -> DisputeStatus {
        switch status {
        case .known(.needsResponse), .known(.underReview), .known(.warningNeedsResponse), .known(.warningUnderReview):
            return .open
        case .known(.won), .known(.warningClosed), .known(.prevented): return .won
        case .known(.lost): return .lost
        case .unknown: throw .misconfigured("a dispute's status that is not known")
        }
    }
}
