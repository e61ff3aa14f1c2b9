package import Kernel
package import Orders
package import Stripe

/// What is known before a refund.
package struct RefundView: Equatable, Sendable {
    /// The order.
    package let order: OrderDetail
    /// Its lines.
    package let lines: [OrderPart.Line]
    /// The known refunds.
    package let refunds: [OrderPart.Refund]
    /// A refund that was requested and whose outcome is unknown.
    package let open: RefundRequest?

    /// Creates a view.
    package init(
        order: OrderDetail, lines: [OrderPart.Line], refunds: [OrderPart.Refund], open: RefundRequest?
    ) {
        self.order = order
        self.lines = lines
        self.refunds = refunds
        self.open = open
    }
}

/// What is to be refunded.
package enum RefundWish: Equatable, Sendable {
    /// All that is left.
    case all
    /// An amount, which names no line.
    case amount(Money)
    /// Amounts of lines.
    case lines([Line])

    /// What is to be refunded of a line.
    package struct Line: Equatable, Sendable {
        /// The line's position.
        package let line: Int
        /// The amount; `nil` for all that is left.
        package let amount: Money?

        /// Creates the wish for a line.
        package init(line: Int, amount: Money?) {
            self.line = line
            self.amount = amount
        }
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
    /// The lines that it names; `nil` if it names none.
    package let lines: RefundLines?
    /// Whether the order has several lines, so that a refund may be of any of them.
    package let hasSeveralLines: Bool
    /// The lines of which nothing is left then.
    package let closed: [OrderPart.Line]
    /// The open request to complete; `nil` for a new one.
    package let open: RefundRequest?

    /// The total amount refunded after this refund.
    package var refundedThen: Money {
        Money(minorUnits: order.amountRefunded + amount.minorUnits, currency: order.total.currency)
    }

    /// Plans the refund; `nil` if everything has been refunded already.
    ///
    /// - Parameter again: whether an amount may be refunded that was refunded before.
    package init?(_ view: RefundView, _ wish: RefundWish, again: Bool, isTestKey: Bool) throws(RefundFault) {
        order = view.order
        guard order.isLive != isTestKey else { throw .otherMode(orderIsLive: order.isLive) }
        guard let payment = order.paymentIntent.flatMap({ StripeID($0) }) else { throw .noPayment }
        self.payment = payment
        hasSeveralLines = view.lines.count > 1
        let left = Money(minorUnits: order.total.minorUnits - order.amountRefunded, currency: order.total.currency)
        open = view.open
        if let open = view.open {
            amount = Money(minorUnits: open.amount, currency: order.total.currency)
            lines = open.lines
            closed = []
            guard RefundPlan.means(wish, open, left, view) else { throw .unfinished(amount, since: open.requestedAt) }
            return
        }
        lines = try RefundPlan.lines(wish, view)
        switch wish {
        case .all: amount = left
        case .amount(let requested): amount = requested
        case .lines: amount = Money(minorUnits: lines?.total ?? 0, currency: left.currency)
        }
        if order.status == .refunded, wish == .all { return nil }
        switch order.status {
        case .paid, .partiallyRefunded, .disputed: break
        case .refunded, .lost, .pending, .awaitingPayment, .failed, .expired: throw .notRefundable(order.status)
        }
        guard amount.minorUnits <= left.minorUnits else { throw .tooMuch(left: left, requested: amount) }
        closed = RefundPlan.closed(by: lines, amount.minorUnits == left.minorUnits, view.lines)
        if wish.namesAnAmount, !again { try RefundPlan.checkRepetition(of: amount, lines, view.refunds) }
    }

    /// Whether `wish` is for what is being refunded already.
    private static func means(_ wish: RefundWish, _ open: RefundRequest, _ left: Money, _ view: RefundView) -> Bool {
        switch wish {
        // Without an amount all that is left is meant, which this very request may already have refunded.
        case .all: left.minorUnits <= open.amount
        case .amount(let requested): requested.minorUnits == open.amount && open.lines == nil
        case .lines(let wishes):
            open.lines.map { lines in
                lines.shares.count == wishes.count
                    && lines.shares.allSatisfy { share in
                        wishes.contains {
                            $0.line == share.line && ($0.amount.map { $0.minorUnits == share.amount } ?? true)
                        }
                    }
            } ?? false
        }
    }

    private static func lines(_ wish: RefundWish, _ view: RefundView) throws(RefundFault) -> RefundLines? {
        guard case .lines(let wishes) = wish else { return nil }
        var shares: [RefundLines.Share] = []
        for wish in wishes {
            guard let line = view.lines.first(where: { $0.position == wish.line }) else { throw .noLine(wish.line) }
            let left = Money(
                minorUnits: line.amounts.total - line.amounts.refunded, currency: view.order.total.currency)
            let amount = wish.amount ?? left
            guard (1...max(1, left.minorUnits)).contains(amount.minorUnits), left.minorUnits > 0 else {
                throw .tooMuchOfLine(line.position, left: left, requested: amount)
            }
            shares.append(RefundLines.Share(line: line.position, amount: amount.minorUnits))
        }
        return RefundLines(shares)
    }

    private static func closed(
        by refund: RefundLines?, _ isAll: Bool, _ lines: [OrderPart.Line]
    ) -> [OrderPart.Line] {
        lines.filter { line in
            guard !line.amounts.isRefunded else { return false }
            let share = refund?.shares.first { $0.line == line.position }?.amount ?? 0
            return isAll || (share > 0 && line.amounts.refunded + share >= line.amounts.total)
        }
    }

    private static func checkRepetition(
        of amount: Money, _ lines: RefundLines?, _ refunds: [OrderPart.Refund]
    ) throws(RefundFault) {
        let same = refunds.last { $0.amount == amount.minorUnits && $0.lines == lines && $0.status != .failed }
        guard let same else { return }
        throw .repeated(amount, at: same.reportedAt, refund: same.id)
    }
}

extension RefundWish {
    /// Whether an amount is named, so that the same refund again may be a mistake.
    fileprivate var namesAnAmount: Bool {
        switch self {
        case .all: false
        case .amount: true
        case .lines(let wishes): wishes.contains { $0.amount != nil }
        }
    }
}
