extension OrderMailKind {
    /// The order's mails go to another address from now on; for the address that it had.
    package static let addressChanged = OrderMailKind(
        "address_changed", fields: PurchaseContent.ofOrder
    ) { _ in true }
}
