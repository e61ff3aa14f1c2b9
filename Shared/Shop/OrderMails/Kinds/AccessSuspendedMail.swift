import Orders

extension OrderMailKind {
    /// A dispute was opened with the buyer's bank, so the licenses of the order are paused.
    package static let accessSuspended = OrderMailKind(
        "access_suspended", fields: PurchaseContent.ofOrder
    ) { $0.status == .disputed }
}
