extension OrderMailKind {
    /// A license was given another key; all keys that work now and fresh links, as in a receipt.
    package static let keyReissued = OrderMailKind(
        "key_reissued", carriesKeys: true, fields: PurchaseContent.ofOrder + PurchaseContent.ofProducts
    ) { !$0.licenses.isEmpty }
}
