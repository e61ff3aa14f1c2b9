import Catalog
import EventLoop
import Fulfilment
import HTTP
import Kernel
import Licensing
import Limits
import Log
import OrderMails
import Postgres
import RateLimiting
import Server
import Stripe
import StripeClient

@main
enum Main {
    static func main() {
        runFunction("webhook", masking: .keysAndAddresses) { (settings: WebhookSettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            let webhook = Webhook(settings, pool, log)
            try await serve(
                settings.server, limits: ServerLimits(bodyLimits: .webhook), log: log, routes: ["/webhooks/stripe"],
                isReady: { await pool.isReady() },
                handler: { request throws(Refusal) in try await webhook(request) })
            pool.close()
        }
    }
}

extension Webhook {
    /// Wires the effects to the database, Stripe and the mail service.
    @Loop
    init(_ settings: WebhookSettings, _ pool: Pool, _ log: Log) {
        let catalog = CatalogCache(pool)
        // Stripe waits for the response; if the mail server takes longer, email-retry sends the mail.
        let mails = MailService(
            settings.mail, keys: settings.keys, pool: pool, catalog: catalog, log: log, attemptTime: .seconds(8))
        let processor = EventProcessor(
            pool: pool, catalog: catalog, stripe: StripeClient(settings.stripe), keys: settings.keys, mails: mails,
            isLive: !settings.stripe.isTest, actor: "function:webhook", log: log)
        let failures = FailureCount(RateLimiter(pool, log: log), settings.limits, log)
        self.init(
            verify: { [keys = SigningKeys(settings.signingSecrets)] request throws(SignatureFault) in
                try WebhookSignature.verify(request, keys: keys, now: WallClock.system.now())
            },
            countFailure: { caller, now in await failures.add(caller, at: now) },
            process: { event, entry throws(FulfilmentFault) in try await processor.process(event, entry) },
            park: { entry, field throws(FulfilmentFault) in try await processor.park(entry, field: field) },
            trustedHops: settings.server.trustedHops, log: log)
    }
}
