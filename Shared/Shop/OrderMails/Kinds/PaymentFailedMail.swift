import Orders
import Templates

extension OrderMailKind {
    /// A delayed payment, such as a bank debit, failed: nothing was charged or delivered; says how to try again.
    package static let paymentFailed = OrderMailKind(
        "payment_failed",
        fields: [.text("tryAgainPage", needed: true) { $0.shopPage.text }] + PurchaseContent.ofOrder
    ) { $0.status == .failed }
}
