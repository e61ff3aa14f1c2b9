import Catalog
import Downloads
import EventLoop
import Fulfilment
import HTTP
import Kernel
import Licensing
import Log
import OrderMails
import Outbox
import Postgres
import RateLimiting
import Settings
import Stripe
import StripeClient
import Support

/// A shop that processes events as the webhook does, and a view of what that wrote.
@Loop
struct EventShop: Closable {
    let log = CapturedLog()
    let pool: Pool
    private let fixture: Fixture
    private let processor: EventProcessor

    /// - Parameters:
    ///   - smtp: the mail server, if it is not the test run's own.
    ///   - mailTime: bounds one delivery attempt.
    init(smtp: String? = nil, mailTime: Duration? = nil) async throws {
        fixture = try await Fixture()
        pool = fixture.pool
        var read = SettingsReader(EventShop.environment(smtp))
        let stripe = StripeClient(StripeSettings(&read))
        let (keyRing, mail) = (KeyRing(&read), MailSettings(&read, isTest: true))
        let keys = try read.unwrap(keyRing)
        let catalog = CatalogCache(pool)
        let mails = MailService(
            try read.unwrap(mail), keys: keys, pool: pool, catalog: catalog, log: log.log,
            attemptTime: mailTime ?? .seconds(8))
        processor = EventProcessor(
            pool: pool, catalog: catalog, stripe: stripe, keys: keys, mails: mails, isLive: false,
            actor: "function:webhook", log: log.log)
    }

    /// Processes the event whose JSON is `text`.
    func deliver(_ text: String) async throws {
        let event = try Event(kept: text)
        try await processor.process(event, LedgerEntry(event, payload: text, receivedAt: WallClock.system.now()))
    }

    /// Does the same and returns why the event could not be processed; `nil` if it was.
    func fault(_ text: String) async throws -> FulfilmentFault? {
        do {
            try await deliver(text)
            return nil
        } catch let fault as FulfilmentFault { return fault }
    }

    /// Sends what is due so long from now through another mail server, as email-retry does.
    func retry(_ smtp: String, after time: Duration) async throws -> OutboxReport {
        var read = SettingsReader(EventShop.environment(smtp))
        let (keys, mail) = (KeyRing(&read), MailSettings(&read, isTest: true))
        let now = WallClock.system.now() + time
        let clock = WallClock { now }
        let mails = MailService(
            try read.unwrap(mail), keys: try read.unwrap(keys), pool: pool,
            catalog: CatalogCache(pool, clock: clock), log: log.log, clock: clock)
        return try await mails.worker.sendDue(until: now + .seconds(10))
    }

    func counts() async throws -> Counts { try await fixture.counts() }

    func run(_ sql: SQL) async throws { _ = try await pool.run(Statement<Int>.affected(sql)) }

    func text(_ sql: SQL) async throws -> String {
        try await pool.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }

    /// Publishes a release, so that there is something to download.
    func publish() async throws { try await fixture.publish("1.0.0") }

    /// Uses the grant's link for a file, as the download function does.
    func mayDownload(_ grant: GrantID) async throws -> Bool {
        let use = DownloadStatements.use(
            grant, file: "GenX-1.0.0.zip", at: fixture.now, behind: .roomy(at: fixture.now))
        return try await pool.run(use).get().output != nil
    }

    func close() { pool.close() }

    private nonisolated static func environment(_ smtp: String?) -> [String: String] {
        TestSettings.environment.merging(smtp.map { ["SMTP_URL": $0] } ?? [:]) { $1 }
    }
}

/// Runs `body` on the event loop with a shop of its own.
func withEventShop(
    smtp: String? = nil, mailTime: Duration? = nil, _ body: @escaping @Loop @Sendable (EventShop) async throws -> Void
) async throws {
    try await withOpen({ try await EventShop(smtp: smtp, mailTime: mailTime) }, body)
}
