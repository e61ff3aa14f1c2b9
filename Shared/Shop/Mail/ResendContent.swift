package import Templates

/// What the answer to «I lost my e-mail» says: everything the buyer owns, with fresh links.
package struct ResendContent: MailContent, Equatable {
    package static var kind: MailKind { .resend }

    /// One order and what came of it.
    package struct Purchase: Equatable, Sendable {
        /// The order.
        package let order: OrderSummary
        /// Each product with its keys and a fresh download.
        package let products: [LicensedProduct]

        /// A purchase.
        package init(order: OrderSummary, products: [LicensedProduct]) {
            self.order = order
            self.products = products
        }
    }

    /// Who sold it.
    package let seller: Seller
    /// Every order of the buyer's that still has a license.
    package let purchases: [Purchase]

    /// What is sent once more.
    package init(seller: Seller, purchases: [Purchase]) {
        self.seller = seller
        self.purchases = purchases
    }

    package static let fields = TemplateFields<ResendContent>(
        [.list("purchases", Purchase.fields) { $0.purchases }] + Seller.fields.within { $0.seller })
}

extension ResendContent.Purchase {
    static let fields = TemplateFields<ResendContent.Purchase>(
        [.list("products", LicensedProduct.fields) { $0.products }] + OrderSummary.fields.within { $0.order })
}
