package import Kernel

/// A line of a sale: what was bought of one price, and what it cost.
///
/// Amounts are in the minor unit of the order's currency.
package struct SaleLine: Equatable, Sendable {
    /// The line's place in the order, from 1.
    package var position: Int
    /// The product; `nil` if the catalog does not know what was bought.
    package var product: ProductID?
    /// What Stripe calls it, if the catalog does not know it.
    package var description: String?
    /// Stripe's ID of the price, if it is known.
    package var price: String?
    /// The quantity; each unit of a product has a license of its own.
    package var quantity: Int
    /// The price of one unit, before discounts.
    package var unitAmount: Int64
    /// The sum of discounts.
    package var discount: Int64
    /// The sum of taxes, included in the price or added to it.
    package var tax: Int64
    /// What was paid for it.
    package var total: Int64

    /// Creates a line without discount or tax, unless given.
    package init(
        position: Int = 1, product: ProductID?, description: String? = nil, price: String? = nil, quantity: Int = 1,
        unitAmount: Int64, discount: Int64 = 0, tax: Int64 = 0, total: Int64? = nil
    ) {
        self.position = position
        self.product = product
        self.description = description
        self.price = price
        self.quantity = quantity
        self.unitAmount = unitAmount
        self.discount = discount
        self.tax = tax
        self.total = total ?? unitAmount * Int64(quantity) - discount + tax
    }
}
