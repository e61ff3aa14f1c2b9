extension OrderMailKind {
    /// A license was given a new key; has all current keys and new links, like a receipt.
    package static let keyReissued = OrderMailKind(
        "key_reissued", carriesKeys: true, fields: PurchaseContent.ofOrder + PurchaseContent.ofProducts
    ) { $0.hasAccess }
}
