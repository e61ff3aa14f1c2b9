import HTTP
import JSON
import Kernel
import Log
import Postgres
import Reconciliation

/// Compares the shop with Stripe whenever the scheduler calls, and repairs what is missing.
struct Reconcile: Sendable {
    /// Performs a run; returns `nil` if another one is in progress.
    var work: @Sendable () async throws(PostgresFault) -> ReconciliationReport?
    /// Does the periodic housekeeping.
    var tidy: @Sendable (Instant) async -> Void
    /// Authorizes the scheduler.
    var authorize: @Sendable (Request) async throws(Refusal) -> Void
    var log: Log

    /// The time limit of one call; the rest waits for the next call.
    static let time: Duration = .seconds(60)

    func callAsFunction(_ request: Request) async throws(Refusal) -> Response {
        guard request.path == "/tasks/reconcile" else { throw .notFound }
        try request.requireMethod(.post)
        try await authorize(request)
        guard let report = try await run() else {
            log(.info, "another run is at it")
            return .json(.object([("skipped", true)]))
        }
        await tidy(request.receivedAt)
        if let fault = report.fault {
            log(.error, "the shop could not be reconciled", [("reason", .string(fault.description))] + report.fields)
            throw fault.refusal
        }
        // What was repaired had been lost on the way: worth a warning, although no one need act.
        log(report.repaired + report.failed > 0 ? .warning : .info, "reconciled", report.fields)
        return .json(.object(report.fields))
    }

    private func run() async throws(Refusal) -> ReconciliationReport? {
        do throws(PostgresFault) { return try await work() } catch {
            log(.error, "the shop could not be reconciled", [("reason", .string(error.description))])
            throw error.refusal
        }
    }
}
