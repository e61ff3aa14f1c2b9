import Catalog
import Fulfilment
import HTTP
import JSON
import Kernel
import Licensing
import Log
import OrderMails
import Outbox
import Postgres
import Reconciliation
import Settings
import Stripe
import StripeClient

/// What the repair of a shop takes: the webhook's settings, but for what proves deliveries.
struct RepairSettings: Sendable {
    let database: DatabaseSettings
    let stripe: StripeSettings
    let keys: KeyRing
    let mail: MailSettings
    let quietHours: Int

    /// Reads the settings, and the templates' files, so it blocks.
    static func read(_ environment: [String: String]) throws(CommandFault) -> RepairSettings {
        do { return try RepairSettings(environment) } catch { throw .settings(error) }
    }

    private init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        var database = DatabaseSettings(&read)
        // A person waits, who would rather wait longer than begin anew.
        (database.connectTime, database.statementTime) = (.seconds(30), .seconds(60))
        self.database = database
        stripe = StripeSettings(&read)
        let keys = KeyRing(&read)
        let mail = MailSettings(&read, isTest: stripe.isTest)
        quietHours = read.integer("QUIET_HOURS", in: 1...168, default: 6)
        self.keys = try read.unwrap(keys)
        self.mail = try read.unwrap(mail)
        try read.finish()
    }
}

extension Reconciliation {
    /// The one behind the command.
    init(_ settings: RepairSettings, _ pool: Pool, _ log: Log, _ clock: WallClock) {
        let stripe = StripeClient(
            settings.stripe, policy: .background, totalTimeout: .seconds(30), answerBytes: 32 << 20)
        let isLive = !settings.stripe.isTest
        let catalog = CatalogCache(pool)
        let mails = MailService(
            settings.mail, keys: settings.keys, pool: pool, catalog: catalog, log: log, clock: clock,
            attemptTime: .seconds(8))
        let processor = EventProcessor(
            pool: pool, catalog: catalog, stripe: stripe, keys: settings.keys, mails: mails, isLive: isLive,
            actor: "operator:reconcile", log: log, clock: clock)
        self.init(
            pool: pool, stripe: stripe, processor: processor, isLive: isLive, quietHours: settings.quietHours, log: log,
            clock: clock)
    }
}

extension Invocation {
    /// The log of a command: warnings and worse in words for a person who watches; else every line, for programs.
    var log: Log {
        Log { [console, clock] line in
            guard console.isWatched else {
                let bytes = line.bytes(at: clock.now(), from: LogOrigin("latchkey"))
                return console.remark(String(decoding: bytes, as: UTF8.self))
            }
            guard line.severity >= .warning else { return }
            let fields = line.fields.map { "\($0.0)=\($0.1.text)" }.joined(separator: " ")
            console.remark("\(line.severity.rawValue.lowercased()): \(line.message) \(fields)\n")
        }
    }
}
