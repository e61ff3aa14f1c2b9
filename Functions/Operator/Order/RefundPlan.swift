import Commerce
import Kernel
import Records
import Stripe

/// What is known before a refund.
struct RefundView: Equatable, Sendable {
    let order: OrderDetail
    let refunds: [OrderPart.Refund]
    /// A refund that was asked for and whose outcome nobody knows.
    let open: RefundRequest?
}

/// A refund that can be asked for.
struct RefundPlan: Equatable, Sendable {
    let order: OrderDetail
    let payment: StripeID
    let amount: Money
    /// The request that is open and is brought to its end; `nil` when it is a new one.
    let open: RefundRequest?

    /// Plans a refund of `text`, or of all that is left; `nil` when all was refunded before.
    ///
    /// - Throws: why it cannot or should not be.
    init?(_ view: RefundView, amount text: String?, again: Bool, isTestKey: Bool) throws(CommandFault) {
        order = view.order
        let asked = try RefundPlan.amount(text, order.total.currency)
        guard order.isLive != isTestKey else {
            throw .failed(
                order.isLive
                    ? "the order moved real money and STRIPE_API_KEY is a test key"
                    : "the order is of test mode and STRIPE_API_KEY moves real money")
        }
        guard let payment = order.paymentIntent.flatMap({ StripeID($0) }) else {
            throw .failed("order \(order.id) has no payment at Stripe: there is nothing to give back")
        }
        self.payment = payment
        let left = Money(
            minorUnits: order.total.minorUnits - order.amountRefunded, currency: order.total.currency)
        open = view.open
        if let open = view.open {
            amount = Money(minorUnits: open.amount, currency: order.total.currency)
            // Without an amount all that is left is meant, and that may be back already by this very request.
            let isMeant = asked.map { $0 == amount } ?? (left.minorUnits <= open.amount)
            guard isMeant else { throw RefundPlan.mustFinishFirst(amount, since: open.requestedAt) }
            return
        }
        amount = asked ?? left
        if order.status == OrderStatus.refunded.rawValue, asked == nil { return nil }
        try RefundPlan.checkState(order)
        guard amount.minorUnits <= left.minorUnits else {
            throw .failed("\(left.formatted) of order \(order.id) are left, \(amount.formatted) cannot be refunded")
        }
        if asked != nil, !again { try RefundPlan.checkRepetition(of: amount, view.refunds) }
    }

    private static func amount(_ text: String?, _ currency: Currency) throws(CommandFault) -> Money? {
        guard let text else { return nil }
        guard let amount = Money(text, currency: currency), amount.minorUnits > 0 else {
            let example = Money(minorUnits: 1250, currency: currency).formatted.split(separator: " ")[0]
            throw .usage("--amount is an amount in \(currency.code.uppercased()) such as \(example), not «\(text)»")
        }
        return amount
    }

    private static func mustFinishFirst(_ amount: Money, since requested: Instant) -> CommandFault {
        .failed(
            "a refund of \(amount.formatted) was asked for at \(requested.toTheSecond) and its outcome is unknown: "
                + "bring it to its end first, with --amount \(amount.formatted.split(separator: " ")[0])")
    }

    private static func checkState(_ order: OrderDetail) throws(CommandFault) {
        switch OrderStatus(rawValue: order.status) {
        case .paid, .partiallyRefunded, .disputed: return
        case .refunded: throw .failed("order \(order.id) was refunded in full")
        case .lost: throw .failed("the buyer's bank took the money of order \(order.id) back")
        case .pending, .awaitingPayment, .failed, .expired, nil:
            throw .failed("nobody has paid for order \(order.id) (\(order.status))")
        }
    }

    private static func checkRepetition(of amount: Money, _ refunds: [OrderPart.Refund]) throws(CommandFault) {
        guard
            let same = refunds.last(where: {
                $0.amount == amount.minorUnits && $0.status != RefundStatus.failed.rawValue
            })
        else { return }
        throw .failed(
            "\(amount.formatted) of this order were refunded at \(same.statedAt.toTheSecond) (\(same.id)): add --again "
                + "to refund as much once more")
    }

    /// How much will have been given back in all.
    private var refundedThen: Money {
        Money(minorUnits: order.amountRefunded + amount.minorUnits, currency: order.total.currency)
    }

    /// What will happen, for people.
    var lines: [String] {
        if let open {
            return [
                "Bring to its end: a refund of \(amount.formatted) of order \(order.id), asked for at "
                    + "\(open.requestedAt.toTheSecond), whose outcome is unknown. It is not made twice."
            ]
        }
        let isFull = refundedThen.minorUnits >= order.total.minorUnits
        let before = Money(minorUnits: order.amountRefunded, currency: order.total.currency)
        return ["Refund \(amount.formatted) of order \(order.id)"]
            + aligned([
                ["buyer", order.email ?? "–"], ["total", order.total.formatted],
                ["refunded", "\(before.formatted) before, \(refundedThen.formatted) then"],
                ["licenses", isFull ? "closed, with every door" : "stay as they are"],
            ])
            + (order.status == OrderStatus.disputed.rawValue
                ? ["A dispute over the payment is open: Stripe may refuse the refund."] : [])
    }
}
