/// An update of a checkout session from Stripe.
package enum CheckoutUpdate: CaseIterable, Sendable {
    /// Completed and paid, or nothing was due.
    case paid
    /// Completed; the payment is delayed.
    case unpaid
    /// The delayed payment succeeded.
    case paymentSucceeded
    /// The delayed payment failed.
    case paymentFailed
    /// The session ended without a purchase.
    case expired

    /// The order's new status, if it is in one of `startingPoints`.
    package var target: OrderStatus {
        switch self {
        case .paid, .paymentSucceeded: .paid
        case .unpaid: .awaitingPayment
        case .paymentFailed: .failed
        case .expired: .expired
        }
    }

    /// The statuses in which the update applies; in any other the order is ahead of it already.
    ///
    /// A payment counts whatever was known before, and a missing payment never undoes one. So the result does not
    /// depend on the order in which updates arrive.
    package var startingPoints: Set<OrderStatus> {
        switch self {
        case .paid, .paymentSucceeded: [.pending, .awaitingPayment, .failed, .expired]
        case .unpaid: [.pending, .expired]
        case .paymentFailed: [.pending, .awaitingPayment, .expired]
        case .expired: [.pending]
        }
    }
}

extension OrderStatus {
    /// Returns the status after an update; the same one if the update does not apply.
    package func after(_ update: CheckoutUpdate) -> OrderStatus {
        update.startingPoints.contains(self) ? update.target : self
    }
}
