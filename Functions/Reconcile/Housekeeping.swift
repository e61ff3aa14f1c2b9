import Audit
import EventLoop
import JSON
import Kernel
import Log
import Postgres
import Reconciliation

/// Periodic background work: seals the audit log and removes data after its retention period.
///
/// A failure here does not fail the run; it is logged, and the next run catches up.
@Loop
struct Housekeeping {
    /// The maximum number of seals in one run.
    private static let sealsAtMost = 50

    let pool: Pool
    let log: Log

    func callAsFunction(at now: Instant) async {
        do throws(PostgresFault) {
            _ = try await AuditSealing(log)(atMost: Housekeeping.sealsAtMost) { statement throws(PostgresFault) in
                try await pool.run(statement)
            }
        } catch {
            log(.warning, "the audit log could not be sealed", [("reason", .string(error.description))])
        }
        do throws(PostgresFault) { try await Retention(pool, log: log)(at: now) } catch {
            log(.warning, "what is over could not be removed", [("reason", .string(error.description))])
        }
    }
}
