extension OrderMailKind {
    /// Everything that a buyer owns, once more with fresh links, because their mail got lost.
    package static let resend = OrderMailKind(
        "resend", carriesKeys: true, fields: PurchaseContent.ofSeller + PurchaseContent.ofPurchases
    ) { !$0.licenses.isEmpty }
}
