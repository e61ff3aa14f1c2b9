package import Templates

/// What a mail about a replaced license key says: everything a receipt does, with the keys that work now.
package struct KeyReissuedContent: MailContent, Equatable {
    package static var kind: MailKind { .keyReissued }

    /// Who sold it.
    package let seller: Seller
    /// What was ordered, in few words: `GenX Delay`.
    package let productName: String
    /// The order that the license belongs to.
    package let order: OrderSummary
    /// Each product with all keys that work now and a fresh download.
    package let products: [LicensedProduct]

    /// What works now.
    package init(seller: Seller, productName: String, order: OrderSummary, products: [LicensedProduct]) {
        self.seller = seller
        self.productName = productName
        self.order = order
        self.products = products
    }

    package static let fields = TemplateFields<KeyReissuedContent>(
        [
            .text("productName") { $0.productName },
            .list("products", LicensedProduct.fields) { $0.products },
        ]
            + Seller.fields.within { $0.seller }
            + OrderSummary.fields.within { $0.order })
}
