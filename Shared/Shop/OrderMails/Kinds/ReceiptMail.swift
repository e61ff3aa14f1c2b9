extension OrderMailKind {
    /// The receipt: keys, download link, amount.
    package static let receipt = OrderMailKind(
        "receipt", carriesKeys: true, fields: PurchaseContent.ofOrder + PurchaseContent.ofProducts
    ) { $0.hasAccess }
}
