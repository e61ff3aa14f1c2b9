import JSON
import Kernel
import Orders
import Refunds
import Stripe

/// What became of a refund, or would become.
struct RefundResult: Equatable, Sendable {
    /// The order, as it is now.
    let order: OrderDetail
    /// How much was given back, or would be; `nil` when there is nothing to give back.
    let amount: Money?
    /// Stripe's refund; `nil` when it was only planned.
    let refund: Refund?
    private let plan: [String]

    /// A refund that Stripe has made.
    init(_ order: OrderDetail, _ refund: Refund) {
        self.order = order
        amount = Money(minorUnits: refund.amount, currency: order.total.currency)
        self.refund = refund
        plan = []
    }

    /// A refund that was planned and not asked for.
    init(_ order: OrderDetail, planned plan: RefundPlan?) {
        self.order = order
        amount = plan?.amount
        refund = nil
        self.plan = plan?.lines ?? ["order \(order.id) was refunded in full already; nothing to do"]
    }

    var hasChanged: Bool { amount != nil }

    /// The answer for people.
    var lines: [String] {
        guard let refund, let amount else { return plan }
        let refunded = Money(minorUnits: order.amountRefunded, currency: order.total.currency)
        return ["refunded \(amount.formatted) of order \(order.id)"]
            + aligned([
                ["refund", "\(refund.id), \(refund.status?.text ?? "succeeded")"],
                ["refunded", "\(refunded.formatted) of \(order.total.formatted)"], ["status", order.status.rawValue],
                ["mail", order.email.map { "goes to \($0)" } ?? "none: the order has no address"],
            ])
    }

    /// The answer for programs.
    var members: [(String, JSONValue)] {
        [
            ("order", .string(order.id.description)), ("refund", refund.map { .string($0.id.text) } ?? .null),
            ("refund_status", refund.map { .string($0.status?.text ?? "succeeded") } ?? .null),
            ("amount", amount.map { .integer($0.minorUnits) } ?? .null),
            ("currency", .string(order.total.currency.code)), ("amount_total", .integer(order.total.minorUnits)),
            ("amount_refunded", .integer(order.amountRefunded)), ("status", .string(order.status.rawValue)),
        ]
    }
}

extension RefundPlan {
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
            + (order.status == .disputed ? ["A dispute over the payment is open: Stripe may refuse the refund."] : [])
    }
}
