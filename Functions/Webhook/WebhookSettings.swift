import Kernel
import Licensing
import Limits
import OrderMails
import Outbox
import Postgres
import RateLimiting
import Server
import Settings
import Stripe
import StripeClient

/// The settings of the webhook.
///
/// Besides `ServerSettings`, `DatabaseSettings`, `StripeSettings`, `KeyRing`, `MailSettings` and `RateLimitTable`:
///
/// | Name | Meaning |
/// | --- | --- |
/// | `STRIPE_WEBHOOK_SECRETS` | needed; the endpoint's signing secrets, comma-separated, any of them verifies |
struct WebhookSettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings
    let stripe: StripeSettings
    let keys: KeyRing
    let mail: MailSettings
    let limits: RateLimitTable
    let signingSecrets: [Secret]

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read, plansOnce: true)
        stripe = StripeSettings(&read)
        limits = RateLimitTable(&read)
        let keys = KeyRing(&read)
        let mail = MailSettings(&read, isTest: stripe.isTest)
        let secrets = read.value(
            "STRIPE_WEBHOOK_SECRETS", expected: SigningSecrets.expected, parse: SigningSecrets.parse)
        self.keys = try read.unwrap(keys)
        self.mail = try read.unwrap(mail)
        signingSecrets = try read.unwrap(secrets)
        try read.finish()
    }
}
