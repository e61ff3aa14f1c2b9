extension OrderMailKind {
    /// Suspended or revoked access is restored; has keys and links, like a receipt.
    ///
    /// The buyer may never have received a receipt, because a dispute can precede it.
    package static let accessRestored = OrderMailKind(
        "access_restored", carriesKeys: true, fields: PurchaseContent.ofOrder + PurchaseContent.ofProducts
    ) { $0.hasAccess }
}
