/// What Stripe can tell about a checkout session.
package enum CheckoutUpdate: CaseIterable, Sendable {
    /// Completed and paid, or nothing to pay.
    case paid
    /// Completed, the money comes later.
    case unpaid
    /// The delayed payment came.
    case paymentSucceeded
    /// The delayed payment did not come.
    case paymentFailed
    /// The session ended without a purchase.
    case expired

    /// What the order becomes, if it is in one of `startingPoints`.
    package var target: OrderStatus {
        switch self {
        case .paid, .paymentSucceeded: .paid
        case .unpaid: .awaitingPayment
        case .paymentFailed: .failed
        case .expired: .expired
        }
    }

    /// The states in which this is news; in any other the order knows better already.
    ///
    /// Money that arrived counts whatever was thought before; what says that no money came never undoes money. So the
    /// end is the same in whichever order the news arrive.
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
    /// The order's state after some news; the same when it is none.
    package func after(_ news: CheckoutUpdate) -> OrderStatus {
        news.startingPoints.contains(self) ? news.target : self
    }
}
