package import Kernel

/// An order as a mail tells of it.
package struct Purchase: Equatable, Sendable {
    /// A license whose key can be derived again.
    package struct License: Equatable, Sendable {
        /// The license's row, from which its key is derived.
        package let id: LicenseID
        /// The version of the secret that the key is derived from.
        package let keyVersion: Int
        /// How often the license was given another key.
        package let reissues: Int

        /// Takes the parts as they are.
        package init(id: LicenseID, keyVersion: Int, reissues: Int) {
            self.id = id
            self.keyVersion = keyVersion
            self.reissues = reissues
        }
    }

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
    /// The licenses that open doors now.
    package let licenses: [License]

    /// Takes the parts as they are.
    package init(
        order: OrderID, status: OrderStatus, orderedAt: Instant, total: Money, refunded: Money, product: ProductID,
        licenses: [License]
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
