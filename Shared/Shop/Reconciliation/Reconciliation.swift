import Catalog
package import EventLoop
import Fulfilment
import HTTP
package import Kernel
package import Log
import OrderMails
package import Postgres
import StripeClient

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

    /// Creates the use case from a shop's settings.
    ///
    /// - Parameters:
    ///   - actor: the audit log's name for the caller, such as `function:reconcile`.
    ///   - callTime: the time limit of one call to Stripe, retries included.
    ///   - mailTime: the time limit of one delivery attempt; if the mail server takes longer, email-retry sends the mail.
    package init(
        _ settings: ReconciliationSettings, pool: Pool, actor: String, callTime: Duration, mailTime: Duration, log: Log,
        clock: WallClock = .system
    ) {
        self.pool = pool
        // A page has a hundred events, and the longest events have a quarter of a megabyte.
        stripe = StripeClient(
            settings.stripe, policy: .background, totalTimeout: callTime, answerBytes: 32 << 20)
        isLive = !settings.stripe.isTest
        quietHours = settings.quietHours
        self.log = log
        self.clock = clock
        let catalog = CatalogCache(pool)
        let mails = MailService(
            settings.mail, keys: settings.keys, pool: pool, catalog: catalog, log: log, clock: clock,
            attemptTime: mailTime)
        processor = EventProcessor(
            pool: pool, catalog: catalog, stripe: stripe, keys: settings.keys, mails: mails, isLive: isLive,
            actor: actor, log: log, clock: clock)
    }

    /// Performs a run; if a fault ended it early, the report has it.
    package func callAsFunction(_ plan: ReconciliationPlan) async -> ReconciliationReport {
        await ReconciliationRun(self, plan)()
    }
}
