package import Templates

/// What a mail to the address that an order had says: its mails go elsewhere now, and whom to write to.
package struct AddressChangedContent: MailContent, Equatable {
    package static var kind: MailKind { .addressChanged }

    /// Who sold it.
    package let seller: Seller
    /// What was ordered, in few words: `GenX Delay`.
    package let productName: String
    /// The order whose address was put right.
    package let order: OrderSummary

    /// A change of address.
    package init(seller: Seller, productName: String, order: OrderSummary) {
        self.seller = seller
        self.productName = productName
        self.order = order
    }

    package static let fields = TemplateFields<AddressChangedContent>(
        [.text("productName") { $0.productName }]
            + Seller.fields.within { $0.seller }
            + OrderSummary.fields.within { $0.order })
}
