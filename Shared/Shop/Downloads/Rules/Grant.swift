package import Catalog
package import Kernel

/// The right to download an order line's files a limited number of times until it expires.
package struct Grant: Equatable, Sendable {
    /// How long one use of a file lasts from its first request: all requests for the file until then belong to it.
    ///
    /// Download managers fetch a file in many requests, each of which starts at our link again, and a slow or broken
    /// transfer starts there once more: an hour covers 1 GB at 2.5 Mbit/s. It does not slide, so a link that is passed
    /// on has at most its limit of such hours for a file.
    package static let useDuration: Duration = .seconds(3_600)

    /// The row's ID, created before the row.
    package let id: GrantID
    /// The instant from which the link is refused.
    package let expiresAt: Instant
    /// The maximum number of downloads.
    package let maxUses: Int

    /// Creates a grant.
    package init(id: GrantID, expiresAt: Instant, maxUses: Int) {
        self.id = id
        self.expiresAt = expiresAt
        self.maxUses = maxUses
    }
}

/// A grant, with the order line whose files it opens.
package struct LineGrant: Equatable, Sendable {
    /// The grant.
    package let grant: Grant
    /// The order.
    package let order: OrderID
    /// The line's position.
    package let line: Int

    /// Creates a line's grant.
    package init(grant: Grant, order: OrderID, line: Int = 1) {
        self.grant = grant
        self.order = order
        self.line = line
    }
}

extension Product {
    /// Creates a grant for this product's files.
    package func newGrant(at now: Instant) -> Grant {
        Grant(id: GrantID(at: now), expiresAt: now + .seconds(Int64(downloadDays) * 86_400), maxUses: downloadLimit)
    }
}
