package import Orders
import Templates

/// The content available to order mails; each kind uses a subset.
package struct PurchaseContent: Equatable, Sendable {
    /// One order and its products.
    package struct Part: Equatable, Sendable {
        /// The order.
        package let order: OrderSummary
        /// Each product with its active keys and a new download link.
        package let products: [LicensedProduct]

        /// Creates a part.
        package init(order: OrderSummary, products: [LicensedProduct]) {
            self.order = order
            self.products = products
        }
    }

    /// The seller.
    package let seller: Seller
    /// The short name of the product: `GenX Delay`.
    package let productName: String
    /// The order that the mail is about.
    package let first: Part
    /// That order and, in a resend, the buyer's other orders that still have a license.
    package let parts: [Part]
    /// The amount refunded so far.
    package let refunded: BuyerAmount
    /// Whether the refund is full, so that the order's keys and links no longer work.
    package let isRefundFull: Bool
    /// The storefront, where the product can be bought.
    package let shopPage: WebLink

    /// Creates the content; `parts` becomes `first` followed by `others`.
    package init(
        seller: Seller, productName: String, first: Part, others: [Part] = [], refunded: BuyerAmount,
        isRefundFull: Bool,
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

// Sets of names that mail kinds combine.
extension PurchaseContent {
    /// The seller.
    static let ofSeller: [TemplateField<PurchaseContent>] = Seller.fields.within { $0.seller }

    /// The product's name, the seller and the order.
    static let ofOrder: [TemplateField<PurchaseContent>] =
        [.text("productName") { $0.productName }] + ofSeller + OrderSummary.fields.within { $0.first.order }

    /// The keys and the download of the order.
    static let ofProducts: [TemplateField<PurchaseContent>] = [
        .list("products", LicensedProduct.fields) { $0.first.products }
    ]

    /// All orders with their keys and downloads.
    static let ofPurchases: [TemplateField<PurchaseContent>] = [.list("purchases", Part.fields) { $0.parts }]
}

extension PurchaseContent.Part {
    fileprivate static let fields = TemplateFields<PurchaseContent.Part>(
        [.list("products", LicensedProduct.fields) { $0.products }] + OrderSummary.fields.within { $0.order })
}
