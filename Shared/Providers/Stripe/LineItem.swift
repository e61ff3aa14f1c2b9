package import JSON
package import Kernel

/// The first page of a session's line items.
package struct LineItems: Equatable, Sendable, JSONReadable {
    /// The items on this page.
    package let items: [LineItem]
    /// Whether there are more pages.
    package let hasMore: Bool

    package init(json node: JSONNode) throws(MalformedDocument) {
        items = try node.required("data")
        hasMore = try node.required("has_more")
    }
}

/// A line item.
///
/// Source: <https://docs.stripe.com/api/checkout/sessions/line_items>
package struct LineItem: Equatable, Sendable {
    /// Stripe's ID.
    package let id: StripeID
    /// The description shown to the buyer.
    package let description: String?
    /// The price; also `nil` if its ID is of a form that no price of ours has, as old plans' may be.
    package let price: StripeID?
    /// The product's ID, any text, because the seller can choose it.
    package let product: String?
    /// The price of one unit, in the minor unit; `nil` if it is no whole number of them.
    package let unitAmount: Int64?
    /// The quantity.
    package let quantity: Int64?
    /// The amount before discounts and taxes, in the minor unit.
    package let amountSubtotal: Int64?
    /// The sum of discounts, in the minor unit.
    package let amountDiscount: Int64?
    /// The sum of taxes, in the minor unit.
    package let amountTax: Int64?
    /// The amount the buyer pays for it, in the minor unit.
    package let amountTotal: Int64?
    /// The currency of the amounts.
    package let currency: Currency?
}

extension LineItem: JSONReadable {
    package init(json node: JSONNode) throws(MalformedDocument) {
        id = try node.required("id")
        description = try node.optional("description")
        let price = node["price"]
        self.price = price?.id.flatMap { StripeID($0) }
        product = price?["product"]?.id
        // A price is an ID alone, or an object.
        unitAmount = price?.kind == .object ? try price?.amount("unit_amount") : nil
        quantity = try node.optional("quantity")
        amountSubtotal = try node.amount("amount_subtotal")
        amountDiscount = try node.amount("amount_discount")
        amountTax = try node.amount("amount_tax")
        amountTotal = try node.amount("amount_total")
        currency = try node.currency("currency")
    }
}
