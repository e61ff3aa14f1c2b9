import JSON
import Kernel
import Orders
import Refunds
import Stripe

/// The output: a refund, made or planned.
struct RefundResult: Equatable, Sendable {
    /// The order's current state.
    let order: OrderDetail
    /// The amount refunded or planned; `nil` if nothing is left to refund.
    let amount: Money?
    /// Stripe's refund; `nil` for a planned one.
    let refund: Refund?
    private let plan: [String]

    /// Creates the output for a refund that Stripe has made.
    init(_ order: OrderDetail, _ refund: Refund) {
        self.order = order
        amount = Money(minorUnits: refund.amount, currency: order.total.currency)
        self.refund = refund
        plan = []
    }

    /// Creates the output for a planned refund.
    init(_ order: OrderDetail, planned plan: RefundPlan?) {
        self.order = order
        amount = plan?.amount
        refund = nil
        self.plan = plan?.textLines ?? ["order \(order.name) was refunded in full already; nothing to do"]
    }

    var hasChanged: Bool { amount != nil }

    /// The text output.
    var lines: [String] {
        guard let refund, let amount else { return plan }
        let refunded = Money(minorUnits: order.amountRefunded, currency: order.total.currency)
        return ["refunded \(amount.formatted) of order \(order.name)"]
            + aligned([
                ["refund", "\(refund.id), \(refund.status?.text ?? "succeeded")"],
                ["refunded", "\(refunded.formatted) of \(order.total.formatted)"], ["status", order.status.rawValue],
                ["mail", order.email.map { "goes to \($0)" } ?? "none: the order has no address"],
            ])
    }

    /// The JSON output.
    var members: [(String, JSONValue)] {
        [
            ("order", .string(order.id.description)), ("number", order.number.member),
            ("refund", refund.map { .string($0.id.text) } ?? .null),
            ("refund_status", refund.map { .string($0.status?.text ?? "succeeded") } ?? .null),
            ("amount", amount.map { .integer($0.minorUnits) } ?? .null),
            ("currency", .string(order.total.currency.code)), ("amount_total", .integer(order.total.minorUnits)),
            ("amount_refunded", .integer(order.amountRefunded)), ("status", .string(order.status.rawValue)),
        ]
    }
}

extension RefundPlan {
    /// The plan as text.
    var textLines: [String] {
        if let open {
            return [
                "Bring to its end: a refund of \(amount.formatted) of order \(order.name), asked for at "
                    + "\(open.requestedAt.toTheSecond), whose outcome is unknown. It is not made twice."
            ]
        }
        let before = Money(minorUnits: order.amountRefunded, currency: order.total.currency)
        return ["Refund \(amount.formatted) of order \(order.name)"]
            + aligned(
                [
                    ["buyer", order.email ?? "–"], ["total", order.total.formatted],
                    ["refunded", "\(before.formatted) before, \(refundedThen.formatted) then"],
                ] + (hasSeveralLines ? [["of", lines.map(of) ?? "no line by name"]] : []) + [["licenses", licenses]])
            + (order.status == .disputed ? ["A dispute over the payment is open: Stripe may refuse the refund."] : [])
    }

    private func of(_ lines: RefundLines) -> String {
        lines.shares.map { share in
            "line \(share.line), \(Money(minorUnits: share.amount, currency: order.total.currency).formatted)"
        }.joined(separator: "; ")
    }

    private var licenses: String {
        if refundedThen.minorUnits >= order.total.minorUnits { return "closed, all access ends" }
        if !closed.isEmpty {
            return "those of \(closed.map { "line \($0.position), \($0.name)" }.joined(separator: "; ")) are closed"
        }
        return lines == nil && hasSeveralLines
            ? "stay as they are, unless the amount fits whole lines in exactly one way" : "stay as they are"
    }
}
