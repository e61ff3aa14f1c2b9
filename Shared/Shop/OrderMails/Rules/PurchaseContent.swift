package import Kernel
import Templates

/// What mails about orders can show; each kind shows some of it.
package struct PurchaseContent: Equatable, Sendable {
    /// One order and what came of it.
    package struct Part: Equatable, Sendable {
        /// The order.
        package let order: OrderSummary
        /// Each product with the keys that work now and a fresh download.
        package let products: [LicensedProduct]

        /// Memberwise.
        package init(order: OrderSummary, products: [LicensedProduct]) {
            self.order = order
            self.products = products
        }
    }

    /// The seller.
    package let seller: Seller
    /// What was ordered, in few words: `GenX Delay`.
    package let productName: String
    /// The order that the mail is about.
    package let first: Part
    /// That order and, in a resend, the buyer's other orders that still have a license.
    package let parts: [Part]
    /// What was refunded of the order so far.
    package let refunded: Money
    /// Whether that is everything, so that the order's keys and links no longer work.
    package let isRefundFull: Bool
    /// The shop's front page, where the product can be bought.
    package let shopPage: WebLink

    /// Memberwise; `others` follow `first`.
    package init(
        seller: Seller, productName: String, first: Part, others: [Part] = [], refunded: Money, isRefundFull: Bool,
        shopPage: WebLink
    ) {
        self.seller = seller
        self.productName = productName
        self.first = first
        parts = [first] + others
        self.refunded = refunded
        self.isRefundFull = isRefundFull
        self.shopPage = shopPage
    }
}

// The names that kinds are put together from.
extension PurchaseContent {
    /// The seller alone.
    static let ofSeller: [TemplateField<PurchaseContent>] = Seller.fields.within { $0.seller }

    /// The product's name, the seller and the order.
    static let ofOrder: [TemplateField<PurchaseContent>] =
        [.text("productName") { $0.productName }] + ofSeller + OrderSummary.fields.within { $0.first.order }

    /// The keys and the download of the order.
    static let ofProducts: [TemplateField<PurchaseContent>] = [
        .list("products", LicensedProduct.fields) { $0.first.products }
    ]

    /// Every order with its keys and downloads.
    static let ofPurchases: [TemplateField<PurchaseContent>] = [.list("purchases", Part.fields) { $0.parts }]
}

extension PurchaseContent.Part {
    fileprivate static let fields = TemplateFields<PurchaseContent.Part>(
        [.list("products", LicensedProduct.fields) { $0.products }] + OrderSummary.fields.within { $0.order })
}
