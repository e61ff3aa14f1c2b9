package import Templates

/// What a mail about a payment that did not come says: nothing was taken or delivered, and how to try again.
package struct PaymentFailedContent: MailContent, Equatable {
    package static var kind: MailKind { .paymentFailed }

    /// Who would have sold it.
    package let seller: Seller
    /// What was ordered, in few words: `GenX Delay`.
    package let productName: String
    /// The order that came to nothing; its amount is what would have been paid.
    package let order: OrderSummary
    /// The page where it can be bought.
    package let tryAgain: WebLink

    /// A payment that failed.
    package init(seller: Seller, productName: String, order: OrderSummary, tryAgain: WebLink) {
        self.seller = seller
        self.productName = productName
        self.order = order
        self.tryAgain = tryAgain
    }

    package static let fields = TemplateFields<PaymentFailedContent>(
        [
            .text("productName") { $0.productName },
            .text("tryAgainPage", needed: true) { $0.tryAgain.text },
        ]
            + Seller.fields.within { $0.seller }
            + OrderSummary.fields.within { $0.order })
}
