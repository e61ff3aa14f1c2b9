package import Templates

/// What a receipt says.
package struct ReceiptContent: MailContent, Equatable {
    package static var kind: MailKind { .receipt }

    /// Who sold it.
    package let seller: Seller
    /// What was ordered, in few words: `GenX Delay`.
    package let productName: String
    /// The order it belongs to.
    package let order: OrderSummary
    /// Each product with its keys and its download.
    package let products: [LicensedProduct]

    /// A receipt.
    package init(seller: Seller, productName: String, order: OrderSummary, products: [LicensedProduct]) {
        self.seller = seller
        self.productName = productName
        self.order = order
        self.products = products
    }

    package static let fields = TemplateFields<ReceiptContent>(
        [
            .text("productName") { $0.productName },
            .list("products", LicensedProduct.fields) { $0.products },
        ]
            + Seller.fields.within { $0.seller }
            + OrderSummary.fields.within { $0.order })
}
