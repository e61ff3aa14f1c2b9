import Catalog
import EventLoop
import HTTP
import Kernel
import Licensing
import Log
import OIDC
import OrderMails
import Orders
import Outbox
import Postgres
import RateLimiting
import Server

@main
enum Main {
    static func main() {
        runFunction("email-retry", masking: .keysAndAddresses) { (settings: EmailRetrySettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            let mails = MailService(
                settings.mail, keys: settings.keys, pool: pool, catalog: CatalogCache(pool), log: log)
            let authorizer = SchedulerAuthorizer(settings.tasks, log: log)
            let emailRetry = EmailRetry(
                queueResends: { now throws(PostgresFault) in try await ResendStatements.queueAll(on: pool, at: now) },
                send: { deadline throws(PostgresFault) in try await mails.worker.sendDue(until: deadline) },
                prune: { now throws(PostgresFault) in try await RateLimitStatements.pruneAll(on: pool, at: now) },
                authorize: { request throws(Refusal) in try await authorizer.authorize(request) }, log: log)
            var limits = ServerLimits()
            // A round that starts just before the time limit may take one attempt longer.
            limits.requestTime = EmailRetry.time + .seconds(60)
            try await serve(
                settings.server, limits: limits, log: log, routes: ["/tasks/email-retry"],
                isReady: { await pool.isReady() },
                handler: { request throws(Refusal) in try await emailRetry(request) })
            pool.close()
        }
    }
}
