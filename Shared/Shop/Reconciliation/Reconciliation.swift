package import EventLoop
package import Fulfilment
package import Kernel
package import Log
package import Postgres
package import StripeClient

/// Compares the shop with Stripe and repairs what is missing, through the webhook's code.
///
/// Runs may overlap with each other and with the webhook: each item is processed once. `withReconciliationLock` only
/// saves duplicate work.
@Loop
package struct Reconciliation {
    let pool: Pool
    let stripe: StripeClient
    let processor: EventProcessor
    let isLive: Bool
    let quietHours: Int
    let log: Log
    let clock: WallClock

    /// Creates the use case.
    ///
    /// - Parameters:
    ///   - isLive: whether our key is for live mode.
    ///   - quietHours: the number of hours without a delivery after which to raise an alert, if sales are usual then.
    package init(
        pool: Pool, stripe: StripeClient, processor: EventProcessor, isLive: Bool, quietHours: Int, log: Log,
        clock: WallClock = .system
    ) {
        self.pool = pool
        self.stripe = stripe
        self.processor = processor
        self.isLive = isLive
        self.quietHours = quietHours
        self.log = log
        self.clock = clock
    }

    /// Performs a run; if a fault ended it early, the report has it.
    package func callAsFunction(_ plan: ReconciliationPlan) async -> ReconciliationReport {
        await ReconciliationRun(self, plan)()
    }
}
