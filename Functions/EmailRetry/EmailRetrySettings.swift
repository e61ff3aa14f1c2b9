import Kernel
import Licensing
import OIDC
import OrderMails
import Outbox
import Postgres
import Server
import Settings
import Stripe

/// The settings of email-retry.
///
/// Besides `ServerSettings`, `DatabaseSettings`, `KeyRing`, `MailSettings` and `TasksSettings`:
///
/// | Name | Meaning |
/// | --- | --- |
/// | `STRIPE_API_KEY` | only its kind is used: a test key allows `smtp+plain://` and plain `http://` links |
struct EmailRetrySettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings
    let keys: KeyRing
    let mail: MailSettings
    let tasks: TasksSettings

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read)
        let keys = KeyRing(&read)
        let mail = MailSettings(&read, isTest: SecretKeyKind(Secret(read.text("STRIPE_API_KEY", default: ""))) == .test)
        let tasks = TasksSettings(&read)
        self.keys = try read.unwrap(keys)
        self.mail = try read.unwrap(mail)
        self.tasks = try read.unwrap(tasks)
        try read.finish()
    }
}
