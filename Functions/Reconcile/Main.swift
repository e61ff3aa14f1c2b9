import EventLoop
import HTTP
import Kernel
import Licensing
import Log
import OIDC
import Postgres
import Reconciliation
import Server

@main
enum Main {
    static func main() {
        runFunction("reconcile", masking: .keysAndAddresses) { (settings: ReconcileSettings, log) in
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
        self.init(
            settings.reconciliation, pool: pool, actor: "function:reconcile", callTime: .seconds(20),
            mailTime: .seconds(3), log: log)
    }
}
