package import Kernel
package import Licensing
package import Orders

/// An order as a mail tells of it.
package struct Purchase: Equatable, Sendable {
    /// The order.
    package let order: OrderID
    /// Where it stands.
    package let status: OrderStatus
    /// When it was placed.
    package let orderedAt: Instant
    /// What was paid.
    package let total: Money
    /// How much of it went back or is on its way.
    package let refunded: Money
    /// What was bought.
    package let product: ProductID
    /// The licenses that are active now.
    package let licenses: [KeyOrigin]

    /// Memberwise.
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
