import Catalog
import EmailMessage
import EventLoop
import Kernel
import Licensing
import Log
import OrderMails
import Orders
import Outbox
import Postgres
import Settings
import Support
import Testing

/// An outbox with its worker over a database and a clock of its own.
@Loop
struct Room: Closable {
    let fixture: Fixture
    let log = CapturedLog()
    private let settings: MailSettings
    private let keys: KeyRing
    private let schedule: EmailSchedule
    private let catalog: CatalogCache
    private let attemptTime: Duration

    /// A worker whose mail goes to `smtp`, tried `attempts` times in all for `attemptTime` each.
    init(smtp: String? = nil, attempts: Int = 16, attemptTime: Duration = .seconds(30)) async throws {
        fixture = try await Fixture()
        self.attemptTime = attemptTime
        let now = fixture.now
        catalog = CatalogCache(fixture.pool, clock: WallClock { now })
        schedule = EmailSchedule(attempts: attempts, base: .seconds(60), limit: .seconds(3_600))
        var environment = TestSettings.environment
        if let smtp { environment["SMTP_URL"] = smtp }
        var read = SettingsReader(environment)
        settings = try #require(MailSettings(&read, isTest: true))
        keys = try #require(KeyRing(&read))
    }

    /// One call of the scheduler's, so long after the sale.
    func work(after time: Duration) async throws -> OutboxReport {
        let now = fixture.now + time
        let clock = WallClock { now }
        _ = try await ResendStatements.queueAll(on: fixture.pool, at: now)
        return try await service(clock).worker.sendDue(until: now + .seconds(10))
    }

    /// What a function does right after a sale, so long after the first one.
    func send(_ mails: [EmailID], after time: Duration) async throws {
        let now = fixture.now + time
        try await service(WallClock { now }).worker.send(mails)
    }

    private func service(_ clock: WallClock) -> MailService {
        MailService(
            settings, keys: keys, pool: fixture.pool, catalog: catalog, log: log.log, clock: clock, schedule: schedule,
            attemptTime: attemptTime)
    }

    /// The plain text of a mail, with fresh links.
    func written(_ job: EmailJob) async throws -> String {
        let now = fixture.now
        let rendered = try await service(WallClock { now }).orders.render([job])
        guard case .message(let message)? = rendered[job.id] else { throw Unrendered() }
        return message.text
    }

    private struct Unrendered: Error {}

    func key(_ license: LicenseID, reissues: Int) throws -> String {
        try keys.key(of: KeyOrigin(license: license, prefix: "GENX", version: 1, reissues: reissues)).revealed()
    }

    func text(_ sql: SQL) async throws -> String {
        try await fixture.pool.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }

    func close() { fixture.close() }
}

/// Runs `body` on the event loop with a room of its own.
func withRoom<Value: Sendable>(
    smtp: String? = nil, attempts: Int = 16, attemptTime: Duration = .seconds(30),
    _ body: @escaping @Loop @Sendable (Room) async throws -> Value
) async throws -> Value {
    try await withOpen({ try await Room(smtp: smtp, attempts: attempts, attemptTime: attemptTime) }, body)
}
