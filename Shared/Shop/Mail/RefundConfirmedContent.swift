package import Kernel
package import Templates

/// What a mail about a refund says: how much was given back, and whether the keys still work.
package struct RefundConfirmedContent: MailContent, Equatable {
    package static var kind: MailKind { .refundConfirmed }

    /// Who sold it.
    package let seller: Seller
    /// What was ordered, in few words: `GenX Delay`.
    package let productName: String
    /// The order it belongs to.
    package let order: OrderSummary
    /// What was given back of this order so far, this refund included.
    package let refunded: Money
    /// Whether that is everything, so that the order's keys and links no longer work.
    package let isFull: Bool

    /// A refund.
    package init(seller: Seller, productName: String, order: OrderSummary, refunded: Money, isFull: Bool) {
        self.seller = seller
        self.productName = productName
        self.order = order
        self.refunded = refunded
        self.isFull = isFull
    }

    package static let fields = TemplateFields<RefundConfirmedContent>(
        [
            .text("productName") { $0.productName },
            .text("refunded") { $0.refunded.formatted },
            .flag("isFull") { $0.isFull },
        ]
            + Seller.fields.within { $0.seller }
            + OrderSummary.fields.within { $0.order })
}
