import EventLoop
package import Fulfilment
import Kernel
import Postgres

/// What became of an event that a person had processed again.
package enum EventRetry: Equatable, Sendable {
    /// The ledger has no event with this ID.
    case unknown
    /// It had been processed, so nothing was done.
    case processedBefore
    case done(EventEffect)
}

extension Reconciliation {
    /// Processes an event of the ledger again, whatever became of it before, as the webhook or a run would.
    ///
    /// - Throws: why it failed, which may pass by itself.
    package func retry(_ id: String) async throws(FulfilmentFault) -> EventRetry {
        let (known, event) = try await mapError(
            FulfilmentFault.database,
            await pool.run(
                LedgerListStatements.event(id), UnhandledStatements.event(id, [.failed, .ignored, .parked])))
        guard known != nil else { return .unknown }
        guard let event else { return .processedBefore }
        return .done(try await LedgerReplay(parts: self, again: true)(event))
    }
}
