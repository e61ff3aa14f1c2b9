import EventLoop
import Fulfilment
import Kernel
import Postgres
import Stripe

// Our own ledger: failed events are retried without waiting for Stripe to send them again.
extension ReconciliationRun {
    /// The maximum number of events in one run; the rest waits for the next.
    private static let ledgerLimit = 1_000

    func replayLedger() async throws(ReconciliationFault) {
        let waiting = try await mapError(
            ReconciliationFault.database,
            await parts.pool.run(
                UnhandledStatements.waiting(
                    types: Event.Kind.allCases.map(\.rawValue), limit: ReconciliationRun.ledgerLimit)))
        if waiting.count == ReconciliationRun.ledgerLimit { report.isFinished = false }
        for id in waiting {
            if isTimeUp(.ledger) { return }
            let found = try await mapError(
                ReconciliationFault.database, await parts.pool.run(UnhandledStatements.event(id)))
            guard let found else { continue }
            report[.ledger].seen += 1
            try await attempt(.ledger) { () throws(FulfilmentFault) in try await LedgerReplay(parts: parts)(found) }
        }
    }
}
