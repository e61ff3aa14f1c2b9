import Audit
import Catalog
import EventLoop
import Fulfilment
import HTTP
import JSON
import Kernel
import Licensing
import Limits
import Log
import OrderMails
import Orders
import Outbox
import Postgres
import RateLimiting
import Server
import Stripe
import StripeClient

@main
enum Main {
    static func main() {
        runFunction("orders", masking: .keysAndAddresses) { (settings: OrdersSettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            let stripe = StripeClient(settings.stripe, totalTimeout: .seconds(5))
            let orders = Orders(
                settings, pool, fetch: { session throws(StripeCallFault) in try await stripe.send(.session(session)) },
                log)
            try await serve(
                settings.server, log: log, routes: Orders.router.patterns, isReady: { await pool.isReady() },
                handler: { request throws(Refusal) in await orders(request) })
            pool.close()
        }
    }
}

extension Orders {
    /// Wires the effects to the database, the mail service and Stripe; the session lookup is passed in.
    @Loop
    init(
        _ settings: OrdersSettings, _ pool: Pool,
        fetch: @escaping @Sendable (StripeID) async throws(StripeCallFault) -> CheckoutSession, _ log: Log
    ) {
        let catalog = CatalogCache(pool)
        // A buyer waits for the page; if the mail server takes longer, email-retry sends the mail.
        let mails = MailService(
            settings.mail, keys: settings.keys, pool: pool, catalog: catalog, log: log, attemptTime: .seconds(3))
        let fulfilment = Fulfilment(
            pool: pool, catalog: catalog, stripe: StripeClient(settings.stripe), keys: settings.keys,
            mails: mails, actor: "function:orders", log: log)
        let (limits, limiter) = (settings.limits, RateLimiter(pool, log: log))
        self.init(
            find: OrderFinder(
                open: { session, caller, now throws(PostgresFault) in
                    try await limiter.read(
                        limits.limits(.orderAddress, address: caller)
                            + [limits.limit(.orderSession, of: session.text.utf8)], at: now,
                        OrderPageStatements.order(
                            session: session.text, keyMails: OrderMailKind.withKeys, at: now))
                },
                lookup: SessionLookup(
                    pool: pool, fulfilment: fulfilment, isLive: !settings.stripe.isTest, log: log, fetch: fetch),
                isLive: !settings.stripe.isTest, log: log),
            queue: { email, caller, now throws(PostgresFault) in
                let counts =
                    limits.limits(.resendAddress, address: caller)
                    + [limits.limit(.resendMailbox, of: email.text.lowercased().utf8)]
                return try await limiter.run(counts, at: now) { gate in
                    ResendStatements.record(for: email, at: now, behind: gate)
                }
            },
            correctEmail: { order, email, network, now throws(OrderChangeFault) in
                let correcting = EmailCorrecting(
                    within: .buyer, mailLease: EmailSender.lease, by: AuditContext(.customer, from: network, at: now))
                let correction = try await correcting(of: order, to: email) {
                    lock, correction throws(PostgresFault) in try await pool.run(lock, correction).1
                }
                await mails.send(correction.mails + [correction.notice].compactMap(\.self))
            },
            keys: settings.keys, downloadTokens: settings.mail.downloadTokens, publicURL: settings.mail.publicURL,
            trustedHops: settings.server.trustedHops,
            log: log)
    }
}
