import EventLoop
package import Kernel
package import Postgres

/// The rate limits' statements that guard no work of their own statement.
package enum RateLimitStatements {
    /// Counts a request, or refuses it: for work that is another statement of the same transaction, or none at all.
    package static func ask(_ gate: RateLimitGate) -> Statement<RateLimited<Void>> {
        .row("WITH \(gate.parts) SELECT admitted, arrivals FROM verdict") { row throws(PostgresFault) in
            try gate.read(row) { _ in }
        }
    }

    /// How long a count is kept after it is whole again, for clocks that differ.
    package static let keeping: Duration = .seconds(600)

    /// How many counts one statement removes, and how many such statements one call runs at most.
    static let batch = (rows: 5_000, rounds: 20)

    /// Removes what is over, in bounded batches; what is left waits for the next call.
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

    /// Removes at most `limit` counts that are as good as none.
    ///
    /// They are whole again for a while, or further ahead than any policy reaches, which only a clock's fault can make.
    /// Waits for no request and makes none wait for it.
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
