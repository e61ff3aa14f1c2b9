package import Kernel
package import Orders
package import Stripe

/// What is known before a refund.
package struct RefundView: Equatable, Sendable {
    /// The order.
    package let order: OrderDetail
    /// The known refunds.
    package let refunds: [OrderPart.Refund]
    /// A refund that was requested and whose outcome is unknown.
    package let open: RefundRequest?

    /// Creates a view.
    package init(order: OrderDetail, refunds: [OrderPart.Refund], open: RefundRequest?) {
        self.order = order
        self.refunds = refunds
        self.open = open
    }
}

/// A refund that can be requested.
package struct RefundPlan: Equatable, Sendable {
    /// The order.
    package let order: OrderDetail
    /// The payment to refund.
    package let payment: StripeID
    /// The amount.
    package let amount: Money
    /// The open request to complete; `nil` for a new one.
    package let open: RefundRequest?

    /// The total amount refunded after this refund.
    package var refundedThen: Money {
        Money(minorUnits: order.amountRefunded + amount.minorUnits, currency: order.total.currency)
    }

    /// Plans a refund of `requested`, or of all that is left; `nil` if everything has been refunded already.
    ///
    /// - Parameter again: whether an amount may be refunded that was refunded before.
    package init?(_ view: RefundView, amount requested: Money?, again: Bool, isTestKey: Bool) throws(RefundFault) {
        order = view.order
        guard order.isLive != isTestKey else { throw .otherMode(orderIsLive: order.isLive) }
        guard let payment = order.paymentIntent.flatMap({ StripeID($0) }) else { throw .noPayment }
        self.payment = payment
        let left = Money(minorUnits: order.total.minorUnits - order.amountRefunded, currency: order.total.currency)
        open = view.open
        if let open = view.open {
            amount = Money(minorUnits: open.amount, currency: order.total.currency)
            // Without an amount all that is left is meant, which this very request may already have refunded.
            let isMeant = requested.map { $0 == amount } ?? (left.minorUnits <= open.amount)
            guard isMeant else { throw .unfinished(amount, since: open.requestedAt) }
            return
        }
        amount = requested ?? left
        if order.status == .refunded, requested == nil { return nil }
        switch order.status {
        case .paid, .partiallyRefunded, .disputed: break
        case .refunded, .lost, .pending, .awaitingPayment, .failed, .expired: throw .notRefundable(order.status)
        }
        guard amount.minorUnits <= left.minorUnits else { throw .tooMuch(left: left, requested: amount) }
        if requested != nil, !again { try RefundPlan.checkRepetition(of: amount, view.refunds) }
    }

    private static func checkRepetition(of amount: Money, _ refunds: [OrderPart.Refund]) throws(RefundFault) {
        guard let same = refunds.last(where: { $0.amount == amount.minorUnits && $0.status != .failed }) else { return }
        throw .repeated(amount, at: same.reportedAt, refund: same.id)
    }
}
