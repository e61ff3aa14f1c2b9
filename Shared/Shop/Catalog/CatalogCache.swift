package import EventLoop
package import Kernel
package import Postgres

/// The catalog as it was at most a minute ago: it changes a few times a year and every sale reads it.
///
/// Prices are never taken from here; the statement that sells reads the price itself.
@Loop
package final class CatalogCache {
    private let pool: Pool
    private let clock: WallClock
    private let lifetime: Duration
    private var known: (catalog: Catalog, at: Instant)?

    /// A cache that knows nothing yet.
    package nonisolated init(_ pool: Pool, clock: WallClock = .system, lifetime: Duration = .seconds(60)) {
        self.pool = pool
        self.clock = clock
        self.lifetime = lifetime
    }

    /// The catalog; one that is at most `lifetime` old and holds all that is asked of it, or newly read.
    ///
    /// - Parameter isComplete: whether what the caller looks for is there; without it the catalog is read again, for
    ///   somebody may sell a product sooner than it is a minute old.
    package func catalog(_ isComplete: (Catalog) -> Bool = { _ in true }) async throws(PostgresFault) -> Catalog {
        let now = clock.now()
        if let known, now - known.at < lifetime, now >= known.at, isComplete(known.catalog) { return known.catalog }
        let catalog = try await pool.run(CatalogStatements.load)
        known = (catalog, now)
        return catalog
    }
}
