extension OrderMailKind {
    /// What was paused or closed works again; the keys and links once more, as in a receipt.
    ///
    /// Its buyer may never have got a receipt, as a dispute can be older than the mail.
    package static let accessRestored = OrderMailKind(
        "access_restored", carriesKeys: true, fields: PurchaseContent.ofOrder + PurchaseContent.ofProducts
    ) { !$0.licenses.isEmpty }
}
