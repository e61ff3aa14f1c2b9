import EventLoop
package import Kernel
package import Postgres

/// Stand-alone rate-limit checks, and the removal of old counters.
package enum RateLimitStatements {
    /// Counts a request or refuses it: for work in another statement of the same transaction, or for none.
    package static func count(_ gate: RateLimitGate) -> Statement<RateLimited<Void>> {
        .row("WITH \(gate.parts) SELECT admitted, arrivals FROM verdict") { row throws(PostgresFault) in
            try gate.read(row) { _ in }
        }
    }

    /// How long a counter is kept after its quota is full again, to allow for clock skew.
    package static let keeping: Duration = .seconds(600)

    /// The counters that one statement removes, and the statements that one call runs at most.
    static let batch = (rows: 5_000, rounds: 20)

    /// Removes expired counters in bounded batches; the rest waits for the next call.
    @Loop
    package static func pruneAll(on pool: Pool, at now: Instant) async throws(PostgresFault) -> Int {
        var count = 0
        for _ in 1...batch.rounds {
            let removed = try await pool.run(prune(limit: batch.rows, at: now))
            count += removed
            if removed < batch.rows { break }
        }
        return count
    }

    /// Removes at most `limit` counters that no longer matter.
    ///
    /// Their quota has been full for a while, or their time is further ahead than any policy reaches, which only a
    /// clock's fault can cause. It waits for no request and delays none.
    package static func prune(limit: Int, at now: Instant) -> Statement<Int> {
        .affected(
            """
            DELETE FROM rate_limits WHERE key IN (
                SELECT key FROM rate_limits
                WHERE theoretical_arrival < \(now - keeping) OR theoretical_arrival > \(now + .seconds(7 * 86_400))
                LIMIT \(limit) FOR UPDATE SKIP LOCKED
            )
            """)
    }
}
