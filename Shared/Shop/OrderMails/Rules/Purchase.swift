package import Kernel
package import Licensing
package import Orders

/// An order, with the data that mails show.
package struct Purchase: Equatable, Sendable {
    /// The order.
    package let order: OrderID
    /// Its status.
    package let status: OrderStatus
    /// When it was placed.
    package let orderedAt: Instant
    /// The amount paid.
    package let total: Money
    /// The amount refunded, including pending refunds.
    package let refunded: Money
    /// The product.
    package let product: ProductID
    /// The active licenses.
    package let licenses: [KeyOrigin]

    /// Creates a purchase.
    package init(
        order: OrderID, status: OrderStatus, orderedAt: Instant, total: Money, refunded: Money, product: ProductID,
        licenses: [KeyOrigin]
    ) {
        self.order = order
        self.status = status
        self.orderedAt = orderedAt
        self.total = total
        self.refunded = refunded
        self.product = product
        self.licenses = licenses
    }
}
