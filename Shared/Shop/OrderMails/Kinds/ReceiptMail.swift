extension OrderMailKind {
    /// What was bought: the keys, the download, the amount.
    package static let receipt = OrderMailKind(
        "receipt", carriesKeys: true, fields: PurchaseContent.ofOrder + PurchaseContent.ofProducts
    ) { !$0.licenses.isEmpty }
}
