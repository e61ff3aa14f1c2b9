import Orders

extension OrderMailKind {
    /// The buyer's bank opened a dispute, so the licenses of the order are suspended.
    package static let accessSuspended = OrderMailKind(
        "access_suspended", fields: PurchaseContent.ofOrder
    ) { $0.status == .disputed }
}
