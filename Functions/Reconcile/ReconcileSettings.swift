import Kernel
import Licensing
import OIDC
import OrderMails
import Outbox
import Postgres
import Server
import Settings
import StripeClient

/// The settings of reconcile.
///
/// Besides `ServerSettings`, `DatabaseSettings`, `StripeSettings`, `KeyRing`, `MailSettings` and `TasksSettings`:
///
/// | Name | Meaning |
/// | --- | --- |
/// | `QUIET_HOURS` | hours without an event before an alert, if sales are usual then; 1 to 168, 6 when absent |
struct ReconcileSettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings
    let stripe: StripeSettings
    let keys: KeyRing
    let mail: MailSettings
    let tasks: TasksSettings
    let quietHours: Int

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read)
        stripe = StripeSettings(&read)
        let keys = KeyRing(&read)
        let mail = MailSettings(&read, isTest: stripe.isTest)
        let tasks = TasksSettings(&read)
        quietHours = read.integer("QUIET_HOURS", in: 1...168, default: 6)
        self.keys = try read.unwrap(keys)
        self.mail = try read.unwrap(mail)
        self.tasks = try read.unwrap(tasks)
        try read.finish()
    }
}
