import Audit
import EventLoop
import Fulfilment
import JSON
import Kernel
import Log
import Orders
import Postgres
import Reconciliation

/// Periodic background work: seals the audit log and removes data after its retention period.
///
/// A failure here does not fail the run; it is logged, and the next run catches up.
@Loop
struct Housekeeping {
    /// The maximum number of seals in one run.
    private static let sealsAtMost = 50
    /// The maximum number of days tidied in one run: a shop that never did it catches up in a few runs.
    private static let daysAtMost = 60

    let pool: Pool
    let log: Log

    func callAsFunction(at now: Instant) async {
        do throws(PostgresFault) { try await seal() } catch {
            log(.warning, "the audit log could not be sealed", [("reason", .string(error.description))])
        }
        do throws(PostgresFault) { try await tidy(at: now) } catch {
            log(.warning, "what is over could not be removed", [("reason", .string(error.description))])
        }
    }

    private func seal() async throws(PostgresFault) {
        _ = try await AuditSealing(log)(atMost: Housekeeping.sealsAtMost) { statement throws(PostgresFault) in
            try await pool.run(statement)
        }
    }

    private func tidy(at now: Instant) async throws(PostgresFault) {
        guard var start = try await pool.run(RetentionStatements.start) else { return }
        let end = now - RetentionStatements.payloadLifetime
        var (trimmed, forgotten) = (0, 0)
        for _ in 1...Housekeeping.daysAtMost where start < end {
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
