package import EventLoop
package import Kernel
package import Postgres

/// A cache of the catalog, which changes a few times a year and is read for every sale.
///
/// Prices are never taken from it: the statement that inserts an order reads the price itself.
@Loop
package final class CatalogCache {
    private let pool: Pool
    private let clock: WallClock
    private let lifetime: Duration
    private var known: (catalog: Catalog, at: Instant)?

    /// Creates an empty cache.
    package nonisolated init(_ pool: Pool, clock: WallClock = .system, lifetime: Duration = .seconds(60)) {
        self.pool = pool
        self.clock = clock
        self.lifetime = lifetime
    }

    /// Returns a catalog at most `lifetime` old; reloads if `isComplete` is false.
    ///
    /// - Parameter isComplete: whether the catalog has what the caller looks for; a product may be sold before the
    ///   cache expires.
    package func catalog(_ isComplete: (Catalog) -> Bool = { _ in true }) async throws(PostgresFault) -> Catalog {
        let now = clock.now()
        if let known, now - known.at < lifetime, now >= known.at, isComplete(known.catalog) { return known.catalog }
        let catalog = try await pool.run(CatalogStatements.load)
        known = (catalog, now)
        return catalog
    }
}
