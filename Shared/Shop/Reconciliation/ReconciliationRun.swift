import EventLoop
import Fulfilment
import Kernel
import Log
import Postgres
import Stripe
import StripeClient

/// One run: its findings so far and its time limit.
@Loop
final class ReconciliationRun {
    let parts: Reconciliation
    let plan: ReconciliationPlan
    let begun: Instant
    var report = ReconciliationReport()
    /// Whether sessions are paid, as Stripe reported during this run.
    var isPaid: [String: Bool] = [:]

    init(_ parts: Reconciliation, _ plan: ReconciliationPlan) {
        self.parts = parts
        self.plan = plan
        begun = parts.clock.now()
    }

    /// Performs every step, and checks the invariants even if a step failed.
    func callAsFunction() async -> ReconciliationReport {
        for step in ReconciliationStep.allCases where report.fault == nil {
            plan.progress("\(step.rawValue) …")
            do throws(ReconciliationFault) { try await perform(step) } catch { end(error) }
        }
        plan.progress("invariants …")
        do throws(ReconciliationFault) { try await checkInvariants() } catch { end(error) }
        return report
    }

    private func perform(_ step: ReconciliationStep) async throws(ReconciliationFault) {
        switch step {
        case .ledger: try await replayLedger()
        case .refunds: try await readRefunds()
        case .disputes: try await readDisputes()
        case .events: try await readEvents()
        case .sessions: try await readSessions()
        case .unsettled: try await fetchUnsettled()
        case .orders: try await checkPaidOrders()
        }
    }

    private func end(_ fault: ReconciliationFault) {
        report.fault = report.fault ?? fault
        report.isFinished = false
    }

    // MARK: Time

    /// Whether the step must yield to the next; the run is then unfinished.
    func isTimeUp(_ step: ReconciliationStep) -> Bool {
        guard let time = plan.time, parts.clock.now() >= begun + time * step.timeShare else { return false }
        report.isFinished = false
        return true
    }

    // MARK: Lists

    /// Reads one of Stripe's lists from where the last run stopped, and records how far this run got.
    func backfill<Element>(
        _ step: ReconciliationStep, _ list: BackfillCursor<Element>,
        process: @Loop ([Element]) async throws(ReconciliationFault) -> Int
    ) async throws(ReconciliationFault) {
        let start = try await start(of: step)
        // Stripe's clock may be ahead of ours.
        let end = begun + EventProcessor.clockMargin
        let stop = try await list(
            from: start, to: end, isTimeUp: { isTimeUp(step) },
            reached: { through throws(ReconciliationFault) in
                plan.progress(
                    "\(step.rawValue): \(report[step].seen) read, through \(CivilTime(min(through, begun)).rfc3339)")
                try await advance(step, to: through)
            }, process: process)
        try await advance(step, to: stop)
    }

    /// Returns the instant from which the step reads; on the very first run, as far back as Stripe keeps events.
    func start(of step: ReconciliationStep) async throws(ReconciliationFault) -> Instant {
        let furthest = begun - .seconds(30 * 86_400)
        switch plan.start {
        case .since(let since) where step == .events: return max(since, furthest)
        // A session that was paid after `since` may have been created before.
        case .since(let since): return step == .sessions ? since - step.overlap : since
        case .watermark:
            return try await mapError(
                ReconciliationFault.database, await parts.pool.run(ReconcileStatements.watermark(step.rawValue))
            ) ?? furthest
        }
    }

    /// Records where the next run resumes: where this one stopped, but no later than the point after which items may
    /// still change.
    func advance(_ step: ReconciliationStep, to reached: Instant) async throws(ReconciliationFault) {
        guard plan.start == .watermark, !plan.isDryRun else { return }
        let through = min(reached, begun - step.overlap)
        _ = try await mapError(
            ReconciliationFault.database,
            await parts.pool.run(ReconcileStatements.advance(step.rawValue, to: through, at: begun)))
    }

    // MARK: One item

    /// Runs the repair of one item and counts its effect; a dry run only counts it.
    ///
    /// - Returns: the effect; `nil` if the repair failed or the run is dry.
    /// - Throws: a fault that would hit the next item too.
    @discardableResult
    func attempt(
        _ step: ReconciliationStep, _ repair: @Loop () async throws(FulfilmentFault) -> EventEffect
    ) async throws(ReconciliationFault) -> EventEffect? {
        guard !plan.isDryRun else {
            report[step].repaired += 1
            return nil
        }
        do throws(FulfilmentFault) {
            let effect = try await repair()
            switch effect {
            case .changed: report[step].repaired += 1
            case .parked(_, let isNews): report.parked += isNews ? 1 : 0
            case .kept, .unused: break
            }
            return effect
        } catch {
            report[step].failed += 1
            if let fault = ReconciliationFault(endingRun: error) { throw fault }
            return nil
        }
    }
}
