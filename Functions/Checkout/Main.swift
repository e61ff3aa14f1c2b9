import EventLoop
import HTTP
import Kernel
import Licensing
import Limits
import Log
import Orders
import Postgres
import RateLimiting
import Server
import Stripe
import StripeClient

@main
enum Main {
    static func main() {
        runFunction("checkout", masking: .keysAndAddresses) { (settings: CheckoutSettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            let checkout = Checkout(settings, pool, StripeClient(settings.stripe), log)
            try await serve(
                settings.server, log: log, routes: ["/checkout"], isReady: { await pool.isReady() },
                handler: { request throws(Refusal) in await checkout(request) })
            pool.close()
        }
    }
}

extension Checkout {
    /// Wires the effects to the database and Stripe.
    init(_ settings: CheckoutSettings, _ pool: Pool, _ stripe: StripeClient, _ log: Log) {
        let isLive = !settings.stripe.isTest
        let limiter = RateLimiter(pool, log: log)
        self.init(
            begin: { [limits = settings.limits] order, input, caller, now throws(PostgresFault) in
                try await limiter.run(limits.limits(.checkoutAddress, address: caller), at: now) { gate in
                    CheckoutStatements.begin(
                        order: order, product: input.product, quantity: input.quantity, email: input.email,
                        isLive: isLive, at: now, behind: gate)
                }
            },
            open: { session, key throws(StripeCallFault) in
                try await stripe.send(.create(session, idempotencyKey: key))
            },
            attach: { session, order throws(PostgresFault) in
                _ = try await pool.run(CheckoutStatements.attach(session: session.text, to: order))
            },
            abandon: { order throws(PostgresFault) in _ = try await pool.run(CheckoutStatements.abandon(order)) },
            publicURL: settings.publicURL, trustedHops: settings.server.trustedHops,
            paymentPages: settings.paymentPages, log: log)
    }
}
