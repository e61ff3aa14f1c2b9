package import JSON
package import Kernel

/// The first items of a session, and whether there are more.
package struct LineItems: Equatable, Sendable, JSONReadable {
    /// The items of this page.
    package let items: [LineItem]
    /// Whether Stripe has more of them.
    package let hasMore: Bool

    package init(json node: JSONNode) throws(MalformedDocument) {
        items = try node.required("data")
        hasMore = try node.required("has_more")
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

extension LineItem: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        description = try node.optional("description")
        price = try node.optional("price")
        product = node["price"]?["product"]?.id
        quantity = try node.optional("quantity")
        amountSubtotal = try node.optional("amount_subtotal")
        amountDiscount = try node.optional("amount_discount")
        amountTax = try node.optional("amount_tax")
        amountTotal = try node.optional("amount_total")
        currency = try node.currency("currency")
    }
}
