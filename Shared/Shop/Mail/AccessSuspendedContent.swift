package import Templates

/// What a mail about a disputed payment says: everything is paused until it is decided, and whom to write to.
package struct AccessSuspendedContent: MailContent, Equatable {
    package static var kind: MailKind { .accessSuspended }

    /// Who sold it.
    package let seller: Seller
    /// What was ordered, in few words: `GenX Delay`.
    package let productName: String
    /// The order whose payment is disputed.
    package let order: OrderSummary

    /// A pause.
    package init(seller: Seller, productName: String, order: OrderSummary) {
        self.seller = seller
        self.productName = productName
        self.order = order
    }

    package static let fields = TemplateFields<AccessSuspendedContent>(
        [.text("productName") { $0.productName }]
            + Seller.fields.within { $0.seller }
            + OrderSummary.fields.within { $0.order })
}
