package import Kernel

/// The first items of a session, and whether there are more.
package struct LineItems: Equatable, Sendable, Decodable {
    /// The items of this page.
    package let items: [LineItem]
    /// Whether Stripe has more of them.
    package let hasMore: Bool

    private enum CodingKeys: String, CodingKey {
        case items = "data"
        case hasMore = "has_more"
    }
}

/// One thing that was bought.
///
/// Source: <https://docs.stripe.com/api/checkout/sessions/line_items>
package struct LineItem: Equatable, Sendable {
    /// Stripe's ID of it.
    package let id: StripeID
    /// What the buyer read.
    package let description: String?
    /// The price it was sold at.
    package let price: StripeID?
    /// The seller may have chosen this ID, so it is any text.
    package let product: String?
    /// How many.
    package let quantity: Int64?
    /// The amount before discounts and taxes, in the minor unit.
    package let amountSubtotal: Int64?
    /// What discounts take off, in the minor unit.
    package let amountDiscount: Int64?
    /// What taxes add, in the minor unit.
    package let amountTax: Int64?
    /// What the buyer pays for it, in the minor unit.
    package let amountTotal: Int64?
    /// What the amounts are counted in.
    package let currency: Currency?
}

extension LineItem: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, description, price, quantity, currency
        case amountSubtotal = "amount_subtotal"
        case amountDiscount = "amount_discount"
        case amountTax = "amount_tax"
        case amountTotal = "amount_total"
    }

    /// The price's product, as an ID or expanded.
    private struct Price: Decodable {
        let product: Product?

        struct Product: Decodable {
            let id: String

            init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                id = try (try? value.decode(String.self)) ?? value.decode(Expanded.self).id
            }

            private struct Expanded: Decodable { let id: String }
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.required(.id)
        description = try fields.optional(.description)
        price = try fields.optional(.price)
        product = (try? fields.decodeIfPresent(Price.self, forKey: .price))?.product?.id
        quantity = try fields.optional(.quantity)
        amountSubtotal = try fields.optional(.amountSubtotal)
        amountDiscount = try fields.optional(.amountDiscount)
        amountTax = try fields.optional(.amountTax)
        amountTotal = try fields.optional(.amountTotal)
        currency = try fields.currency(.currency)
    }
}
