import Licensing
import Limits
import OrderMails
import Outbox
import Postgres
import RateLimiting
import Server
import Settings
import StripeClient

/// The settings of orders: `ServerSettings`, `DatabaseSettings`, `StripeSettings`, `KeyRing`, `MailSettings`,
/// `RateLimitTable`.
struct OrdersSettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings
    let stripe: StripeSettings
    let keys: KeyRing
    let mail: MailSettings
    let limits: RateLimitTable

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read, plansOnce: true)
        stripe = StripeSettings(&read)
        limits = RateLimitTable(&read)
        let keys = KeyRing(&read)
        let mail = MailSettings(&read, isTest: stripe.isTest)
        self.keys = try read.unwrap(keys)
        self.mail = try read.unwrap(mail)
        try read.finish()
    }
}
