import Commerce
import EmailMessage
import EventLoop
import Kernel
import Log
import Mail
import Outbox
import Postgres
import Records
import Settings
import Support
import Testing
import Tokens

/// A mailroom over a database and a clock of its own.
@Loop
struct Room {
    let fixture: Fixture
    let log = CapturedLog()
    private let settings: MailSettings
    private let keys: KeyRing
    private let schedule: MailSchedule
    private let catalog: CatalogCache
    private let attemptTime: Duration

    /// A mailroom whose mail goes to `smtp`, tried `attempts` times in all for `attemptTime` each.
    init(smtp: String? = nil, attempts: Int = 16, attemptTime: Duration = .seconds(30)) async throws {
        fixture = try await Fixture()
        self.attemptTime = attemptTime
        let now = fixture.now
        catalog = CatalogCache(fixture.pool, clock: WallClock { now })
        schedule = MailSchedule(attempts: attempts, base: .seconds(60), limit: .seconds(3_600))
        var environment = TestSettings.environment
        if let smtp { environment["SMTP_URL"] = smtp }
        var read = SettingsReader(environment)
        settings = try #require(MailSettings(&read, isTest: true))
        keys = try #require(KeyRing(&read))
    }

    /// One call of the scheduler's, so long after the sale.
    func work(after time: Duration) async throws -> MailroomReport {
        let now = fixture.now + time
        let clock = WallClock { now }
        let postman = Postman(
            settings, writer: LetterWriter(settings, keys: keys), pool: fixture.pool, log: log.log, clock: clock,
            schedule: schedule, attemptTime: attemptTime)
        let room = Mailroom(
            pool: fixture.pool, catalog: catalog, postman: postman, clock: clock)
        return try await room.work(until: now + .seconds(10))
    }

    func catalogNow() async throws(PostgresFault) -> Catalog { try await catalog.catalog { _ in true } }

    /// The plain text of a mail.
    func written(_ mail: ClaimedMail, _ catalog: Catalog) throws -> String {
        let letter = Letter(
            id: mail.id, kind: mail.kind, recipient: try #require(mail.recipient), attempt: mail.attempt,
            writtenAt: mail.createdAt,
            purchases: mail.purchases.map { ($0, nil) })
        return try LetterWriter(settings, keys: keys).message(letter, catalog).text
    }

    func key(_ license: LicenseID, reissues: Int) throws -> String {
        let prefix = try #require(LicensePrefix("GENX"))
        return try LicenseKey(
            prefix: prefix, license: license, version: 1, reissues: reissues, secrets: keys.licenseSecrets
        ).revealed()
    }

    func text(_ sql: SQL) async throws -> String {
        try await fixture.pool.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }

    func close() { fixture.pool.close() }
}
