extension OrderMailKind {
    /// All the buyer's purchases with new links, on request, because a mail was lost.
    package static let resend = OrderMailKind(
        "resend", carriesKeys: true, fields: PurchaseContent.ofSeller + PurchaseContent.ofPurchases
    ) { $0.hasAccess }
}
