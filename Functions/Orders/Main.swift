import Commerce
import EventLoop
import Fulfilment
import HTTP
import JSON
import Kernel
import Log
import Outbox
import Payments
import Postgres
import RateLimits
import Records
import Server
import Stripe

@main
enum Main {
    static func main() {
        runFunction("orders") { (settings: OrdersSettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            let stripe = StripeClient(settings.stripe, totalTimeout: .seconds(5))
            let orders = Orders(
                settings, pool, ask: { session throws(StripeCallFault) in try await stripe.send(.session(session)) },
                log)
            try await serve(
                settings.server, log: log, routes: Orders.router.patterns, isReady: { await pool.isReady() },
                handler: { request throws(Refusal) in await orders(request) })
            pool.close()
        }
    }
}

extension Orders {
    /// The live function, but for whom it asks of a session.
    @Loop
    init(
        _ settings: OrdersSettings, _ pool: Pool,
        ask: @escaping @Sendable (StripeID) async throws(StripeCallFault) -> CheckoutSession, _ log: Log
    ) {
        let writer = LetterWriter(settings.mail, keys: settings.keys)
        // Somebody waits for the page; a mail server that takes longer gets the mail from email-retry.
        let postman = Postman(settings.mail, writer: writer, pool: pool, log: log, attemptTime: .seconds(3))
        let fulfilment = Fulfilment(
            pool: pool, catalog: CatalogCache(pool), stripe: StripeClient(settings.stripe), keys: settings.keys,
            postman: postman, actor: "function:orders", log: log)
        let mailroom = Mailroom(pool: pool, catalog: CatalogCache(pool), postman: postman)
        let (limits, limiter) = (settings.limits, RateLimiter(pool, log: log))
        self.init(
            find: OrderFinder(
                open: { session, caller, now throws(PostgresFault) in
                    try await limiter.read(
                        [
                            limits.limit(.orderAddress, address: caller),
                            limits.limit(.orderSession, of: session.text.utf8),
                        ], at: now, OrderPageStatements.order(session: session.text, at: now))
                },
                find: { session, now throws(PostgresFault) in
                    try await pool.run(OrderPageStatements.order(session: session.text, at: now))
                },
                ask: ask,
                fulfil: { session, news, entry throws(FulfilmentFault) in
                    try await fulfilment.apply(session, news, from: entry)
                },
                isLive: !settings.stripe.isTest, log: log),
            queue: { email, caller, now throws(PostgresFault) in
                let counts = [
                    limits.limit(.resendAddress, address: caller),
                    limits.limit(.resendMailbox, of: email.text.lowercased().utf8),
                ]
                return try await limiter.run(counts, at: now) { gate in
                    ResendStatements.ask(for: email, at: now, behind: gate)
                }
            },
            putRight: { order, email, network, now throws(PostgresFault) in
                let outcome = try await pool.run(
                    PaymentStatements.lock(paymentOf: order),
                    CorrectionStatements.correctEmail(
                        of: order, to: email, .buyer, CorrectionMails(at: now), leasedUntil: now + Postman.lease,
                        by: AuditStamp(.customer, from: network, at: now))
                ).1
                guard case .corrected(_, let mails, let notice) = outcome else { return false }
                do throws(PostgresFault) { try await mailroom.send(mails + [notice].compactMap(\.self)) } catch {
                    log(.warning, "mails wait for the next round", [("reason", .string(error.description))])
                }
                return true
            },
            keyRing: settings.keys, publicURL: settings.mail.publicURL, trustedHops: settings.server.trustedHops,
            log: log)
    }
}
