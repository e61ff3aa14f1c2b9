import Kernel
import Orders
import Templates

extension OrderMailKind {
    /// A full or partial refund was made.
    package static let refundConfirmed = OrderMailKind(
        "refund_confirmed",
        fields: [
            .text("refunded") { $0.refunded.formatted },
            .flag("isFull") { $0.isRefundFull },
            .list("closedLines", OrderSummary.Line.fields) { $0.isRefundFull ? [] : $0.first.order.closedLines },
        ] + PurchaseContent.ofOrder
    ) { $0.refunded.amount.minorUnits > 0 }
}
