package import Templates

/// What a mail about an order that works again says: everything a receipt does.
///
/// Its buyer may never have got a receipt, as a dispute can be older than the mail.
package struct AccessRestoredContent: MailContent, Equatable {
    package static var kind: MailKind { .accessRestored }

    /// Who sold it.
    package let seller: Seller
    /// What was ordered, in few words: `GenX Delay`.
    package let productName: String
    /// The order that works again.
    package let order: OrderSummary
    /// Each product with its keys and a fresh download.
    package let products: [LicensedProduct]

    /// What works again.
    package init(seller: Seller, productName: String, order: OrderSummary, products: [LicensedProduct]) {
        self.seller = seller
        self.productName = productName
        self.order = order
        self.products = products
    }

    package static let fields = TemplateFields<AccessRestoredContent>(
        [
            .text("productName") { $0.productName },
            .list("products", LicensedProduct.fields) { $0.products },
        ]
            + Seller.fields.within { $0.seller }
            + OrderSummary.fields.within { $0.order })
}
