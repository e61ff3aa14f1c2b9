package import EventLoop
package import Fulfilment
package import Kernel
package import Log
package import Postgres
package import StripeClient

/// Holds the shop against Stripe and repairs what is missing, by the code of the webhook.
///
/// Any number of runs may go on at once, and next to the webhook: each thing is dealt with once. `withReconciliationLock` only spares
/// the work of doing it twice.
@Loop
package struct Reconciliation {
    let pool: Pool
    let stripe: StripeClient
    let processor: EventProcessor
    let isLive: Bool
    let quietHours: Int
    let log: Log
    let clock: WallClock

    /// Takes the parts as they are.
    ///
    /// - Parameters:
    ///   - isLive: whether it is about real money, as our key is.
    ///   - quietHours: after how many hours without a delivery it is to be told, if sales usually come.
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

    /// Does a run; what ended it early is in its report.
    package func callAsFunction(_ plan: ReconciliationPlan) async -> ReconciliationReport {
        await ReconciliationRun(self, plan)()
    }
}
