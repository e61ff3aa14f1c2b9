package import EventLoop
import Fulfilment
import JSON
package import Kernel
package import Log
import Orders
package import Postgres

/// Removes data after its retention period, a day at a time from a watermark on.
@Loop
package struct Retention {
    /// The maximum number of days in one run: a shop that never did it catches up in a few runs.
    private static let daysAtMost = 60

    private let pool: Pool
    private let log: Log

    /// Creates the use case.
    package init(_ pool: Pool, log: Log) {
        self.pool = pool
        self.log = log
    }

    /// Removes what is over at `now`, and logs how much that was.
    package func callAsFunction(at now: Instant) async throws(PostgresFault) {
        guard var start = try await pool.run(RetentionStatements.start) else { return }
        let end = now - RetentionStatements.payloadLifetime
        var (trimmed, forgotten) = (0, 0)
        for _ in 1...Retention.daysAtMost where start < end {
            let next = min(start + .seconds(86_400), end)
            trimmed += try await pool.run(LedgerStatements.trimPayloads(from: start, to: next))
            forgotten += try await pool.run(UnpaidOrderStatements.forget(from: start, to: next))
            _ = try await pool.run(ReconcileStatements.advance("retention", to: next, at: now))
            start = next
        }
        guard trimmed + forgotten > 0 else { return }
        log(
            .info, "what was over is removed",
            [("payloads", .integer(Int64(trimmed))), ("unpaid_orders", .integer(Int64(forgotten)))])
    }
}
