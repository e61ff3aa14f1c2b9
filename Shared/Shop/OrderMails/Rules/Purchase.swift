package import Kernel
package import Licensing
package import Orders

/// An order, with the data that mails show.
package struct Purchase: Equatable, Sendable {
    /// A line of the order.
    package struct Line: Equatable, Sendable {
        /// The line's place in the order, from 1.
        package let position: Int
        /// The product; `nil` if the catalog does not know what was bought.
        package let product: ProductID?
        /// What Stripe calls it, if the catalog does not know it.
        package let description: String?
        /// The quantity.
        package let quantity: Int
        /// What it cost.
        package let amounts: LineAmounts
        /// The number of active licenses, with keys or without.
        package let activeLicenses: Int
        /// The keys of the active licenses, in order of the licenses' IDs.
        package let keys: [KeyOrigin]

        /// Creates a line.
        package init(
            position: Int = 1, product: ProductID?, description: String? = nil, quantity: Int = 1,
            amounts: LineAmounts, activeLicenses: Int, keys: [KeyOrigin]
        ) {
            self.position = position
            self.product = product
            self.description = description
            self.quantity = quantity
            self.amounts = amounts
            self.activeLicenses = activeLicenses
            self.keys = keys
        }
    }

    /// The order.
    package let order: OrderID
    /// Its number; `nil` before it is paid.
    package let number: OrderNumber?
    /// Its status.
    package let status: OrderStatus
    /// When it was placed.
    package let orderedAt: Instant
    /// The amount paid.
    package let total: BuyerAmount
    /// The amount refunded, including pending refunds.
    package let refunded: BuyerAmount
    /// The lines, by position.
    package internal(set) var lines: [Line]

    /// Whether any license of it is active.
    package var hasAccess: Bool { lines.contains { $0.activeLicenses > 0 } }

    /// Creates a purchase.
    package init(
        order: OrderID, number: OrderNumber?, status: OrderStatus, orderedAt: Instant, total: BuyerAmount,
        refunded: BuyerAmount,
        lines: [Line]
    ) {
        self.order = order
        self.number = number
        self.status = status
        self.orderedAt = orderedAt
        self.total = total
        self.refunded = refunded
        self.lines = lines
    }
}
