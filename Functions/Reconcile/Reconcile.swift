import HTTP
import JSON
import Kernel
import Log
import Postgres
import Reconciliation

/// Holds the shop against Stripe whenever the scheduler calls, and repairs what is missing.
struct Reconcile: Sendable {
    /// Does a run; `nil` when another one is at it.
    var work: @Sendable () async throws(PostgresFault) -> ReconciliationReport?
    /// Does what has to be done from time to time.
    var tidy: @Sendable (Instant) async -> Void
    /// Lets the scheduler in.
    var authorize: @Sendable (Request) async throws(Refusal) -> Void
    var log: Log

    /// How long one call works at most before it answers; what is left waits for the next call.
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
        // What had to be repaired had been lost on its way: somebody should know, if nobody need act.
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
