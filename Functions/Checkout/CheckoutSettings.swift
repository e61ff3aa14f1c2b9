import Limits
import Postgres
import RateLimiting
import Server
import Settings
import StripeClient

/// The settings of the checkout: `ServerSettings`, `DatabaseSettings`, `StripeSettings`, `PublicURL`, `RateLimitTable`
/// and `PaymentPages`.
struct CheckoutSettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings
    let stripe: StripeSettings
    let publicURL: PublicURL
    let limits: RateLimitTable
    let paymentPages: PaymentPages

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read, plansOnce: true)
        limits = RateLimitTable(&read)
        let stripe = StripeSettings(&read)
        self.stripe = stripe
        let url = PublicURL(&read, allowsPlain: stripe.isTest)
        let pages = PaymentPages(&read, of: stripe)
        publicURL = try read.unwrap(url)
        paymentPages = try read.unwrap(pages)
        try read.finish()
    }
}
