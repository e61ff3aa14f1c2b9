package import Catalog
package import Kernel

/// The right to download an order's files some times until some day.
package struct Grant: Equatable, Sendable {
    /// The row's ID, made beforehand.
    package let id: GrantID
    /// The moment from which the link is refused.
    package let expiresAt: Instant
    /// How many files may be fetched with it.
    package let maxUses: Int

    /// Memberwise.
    package init(id: GrantID, expiresAt: Instant, maxUses: Int) {
        self.id = id
        self.expiresAt = expiresAt
        self.maxUses = maxUses
    }
}

extension Product {
    /// Makes a new grant to this product's files.
    package func newGrant(at now: Instant) -> Grant {
        Grant(id: GrantID(at: now), expiresAt: now + .seconds(Int64(downloadDays) * 86_400), maxUses: downloadLimit)
    }
}
