extension OrderMailKind {
    /// Tells the previous address that the order's mails are sent to another one from now on.
    package static let addressChanged = OrderMailKind(
        "address_changed", fields: PurchaseContent.ofOrder
    ) { _ in true }
}
