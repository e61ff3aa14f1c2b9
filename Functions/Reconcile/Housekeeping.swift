import Audit
import EventLoop
import JSON
import Kernel
import Log
import Postgres
import Reconciliation

/// What has to be done from time to time and by somebody whom no buyer waits for: the audit log is sealed, and what is
/// kept for a time only is removed.
///
/// Nothing of it can fail a run; what could not be done is told and done by the next.
@Loop
struct Housekeeping {
    /// Seals that are made in one run.
    private static let sealsAtMost = 50
    /// Days that are tidied in one run: a shop that never did it catches up in a few.
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
        let end = now - RetentionStatements.keeping
        var (trimmed, forgotten) = (0, 0)
        for _ in 1...Housekeeping.daysAtMost where start < end {
            let next = min(start + .seconds(86_400), end)
            trimmed += try await pool.run(RetentionStatements.trimPayloads(from: start, to: next))
            forgotten += try await pool.run(RetentionStatements.forgetUnpaid(from: start, to: next))
            _ = try await pool.run(ReconcileStatements.advance("retention", to: next, at: now))
            start = next
        }
        guard trimmed + forgotten > 0 else { return }
        log(
            .info, "what was over is removed",
            [("payloads", .integer(Int64(trimmed))), ("unpaid_orders", .integer(Int64(forgotten)))])
    }
}
