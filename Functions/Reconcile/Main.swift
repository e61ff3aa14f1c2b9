import Catalog
import EventLoop
import Fulfilment
import HTTP
import Kernel
import Log
import OIDC
import OrderMails
import Postgres
import Reconciliation
import Server
import Stripe
import StripeClient

@main
enum Main {
    static func main() {
        runFunction("reconcile") { (settings: ReconcileSettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            let reconcile = Reconcile(settings, pool, log)
            var limits = ServerLimits()
            // A run that is processing an item at its time limit finishes that first.
            limits.requestTime = Reconcile.time + .seconds(60)
            try await serve(
                settings.server, limits: limits, log: log, routes: ["/tasks/reconcile"],
                isReady: { await pool.isReady() },
                handler: { request throws(Refusal) in try await reconcile(request) })
            pool.close()
        }
    }
}

extension Reconcile {
    /// Wires the effects to the database and Stripe.
    @Loop
    init(_ settings: ReconcileSettings, _ pool: Pool, _ log: Log) {
        let reconciliation = Reconciliation(settings, pool, log)
        let authorizer = SchedulerAuthorizer(settings.tasks, log: log)
        self.init(
            work: { [database = settings.database] () throws(PostgresFault) in
                try await withReconciliationLock(database) {
                    await reconciliation(ReconciliationPlan(start: .watermark, time: Reconcile.time))
                }
            },
            tidy: { [housekeeping = Housekeeping(pool: pool, log: log)] now in await housekeeping(at: now) },
            authorize: { request throws(Refusal) in try await authorizer.authorize(request) }, log: log)
    }
}

extension Reconciliation {
    /// Wires the run to the database, Stripe and the mail service.
    init(_ settings: ReconcileSettings, _ pool: Pool, _ log: Log) {
        // A page has a hundred events, and the longest events have a quarter of a megabyte.
        let stripe = StripeClient(
            settings.stripe, policy: .background, totalTimeout: .seconds(20), answerBytes: 32 << 20)
        let isLive = !settings.stripe.isTest
        let catalog = CatalogCache(pool)
        // If the mail server takes longer, email-retry sends the mails.
        let mails = MailService(
            settings.mail, keys: settings.keys, pool: pool, catalog: catalog, log: log, attemptTime: .seconds(3))
        let processor = EventProcessor(
            pool: pool, catalog: catalog, stripe: stripe, keys: settings.keys, mails: mails, isLive: isLive,
            actor: "function:reconcile", log: log)
        self.init(
            pool: pool, stripe: stripe, processor: processor, isLive: isLive, quietHours: settings.quietHours, log: log)
    }
}
