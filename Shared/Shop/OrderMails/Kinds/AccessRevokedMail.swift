import Orders
import Templates

extension OrderMailKind {
    /// The buyer's bank took the payment back for good, so the licenses of the order have ended; says how to buy again.
    package static let accessRevoked = OrderMailKind(
        "access_revoked",
        fields: [.text("shopPage", needed: true) { $0.shopPage.text }] + PurchaseContent.ofOrder
    ) { $0.status == .lost }
}
