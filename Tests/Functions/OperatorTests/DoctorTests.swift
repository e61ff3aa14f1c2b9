import FoundationEssentials
import HTTP
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey doctor", .freshDatabase)
struct DoctorTests {
    static let balance = Response(
        status: 200, fields: ["Content-Type": "application/json"],
        body: Array(#"{"object":"balance","livemode":false,"available":[]}"#.utf8))

    @Test("a shop in order passes every check")
    func healthy() async throws {
        try await prepare()
        let run = try await doctor()
        #expect(run.exitCode == 0, "\(run.output)")
        #expect(run.output.contains("✓ migrations              "))
        #expect(run.output.contains("for sale: genx-delay"))
        #expect(run.output.contains("reachable, a test key: no real money moves"))
        #expect(run.output.contains("takes our connection and any login"))
        #expect(run.output.contains("signs links to shop with an HMAC key"))
        #expect(run.output.hasSuffix("\nall 32 checks passed\n"))
    }

    @Test("nothing that it says holds a setting's value")
    func secrets() async throws {
        try await prepare()
        let run = try await doctor(["STRIPE_API_KEY": "sk_test_HUSHHUSH", "TASKS_AUTH": "token:HUSH"])
        #expect(!run.output.contains("HUSH"))
        #expect(!run.remarks.contains("HUSH"))
        #expect(!run.output.contains("AAAA"))
    }

    @Test("the answer for programs has each check by name")
    func json() async throws {
        try await prepare()
        let run = try await doctor(["TASKS_AUTH": "nobody"], words: ["--json"])
        #expect(run.exitCode == 1)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(run.output.utf8))
        #expect(!answer.ok)
        #expect(answer.checks.filter { $0.state != "passed" }.map(\.name) == ["TASKS_AUTH"])
        #expect(answer.checks.first { $0.name == "TASKS_AUTH" }?.advice?.hasPrefix("expected iam") == true)
        #expect(run.remarks == "latchkey: 1 of 32 checks failed\n")
    }

    @Test("every needed setting that is missing is told by name, and what needs it is not looked at")
    func missing() async throws {
        let run = try await Run.latchkey(["doctor", "--json"], ["DATABASE_URL": ""])
        #expect(run.exitCode == 1)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(run.output.utf8))
        #expect(
            answer.checks.filter { $0.detail == "missing" }.map(\.name) == [
                "DATABASE_URL", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS", "LICENSE_SECRETS", "TOKEN_SECRETS",
                "KEY_PEPPER", "PUBLIC_URL", "SMTP_URL", "MAIL_FROM", "MAIL_TEMPLATES", "STORAGE_BUCKET",
                "STORAGE_SIGNER", "TASKS_AUTH",
            ])
        #expect(
            answer.checks.filter { $0.state == "skipped" }.map(\.name) == [
                "database", "migrations", "catalog", "outbox", "events", "Stripe", "webhook endpoint",
                "mail server", "storage signer",
            ])
    }

    @Test(
        "a setting that the functions would not take is told by name",
        arguments: [
            ("DATABASE_URL", "mysql://x"), ("DATABASE_POOL_SIZE", "0"), ("STRIPE_API_KEY", "pk_test_0123456789"),
            ("STRIPE_API_BASE", "ftp://x"), ("STRIPE_WEBHOOK_SECRETS", "secret"), ("LICENSE_SECRETS", "1:short"),
            ("TOKEN_SECRETS", "x"), ("KEY_PEPPER", "x"), ("PUBLIC_URL", "shop.example"), ("SMTP_URL", "http://x"),
            ("MAIL_FROM", "nobody"), ("MAIL_TEMPLATES", "/nowhere"), ("STORAGE_BUCKET", "X"),
            ("STORAGE_BASE", "http://a/b"), ("STORAGE_SIGNER", "rsa:/nowhere"), ("TASKS_AUTH", "token:short"),
            ("PORT", "-1"), ("QUIET_HOURS", "0"), ("TRUSTED_PROXY_HOPS", "many"), ("LOG_LEVEL", "loud"),
        ])
    func unusable(name: String, value: String) async throws {
        let settings = ShopSettings(environment([name: value]))
        #expect(settings.checks.filter { $0.state == .failed }.map(\.name) == [name])
        #expect(settings.checks.first { $0.name == name }?.detail == "not usable")
    }

    @Test("with --deep the data of a shop in order pass too")
    func deep() async throws {
        try await prepare()
        let run = try await doctor(words: ["--deep"])
        #expect(run.exitCode == 0, "\(run.output)")
        #expect(run.output.contains("\nData\n  ✓ paid without license"))
        #expect(run.output.hasSuffix("\nall 40 checks passed\n"))
    }

    @Test("with --deep what cannot be right is a failure, with the cases and advice")
    func deepFault() async throws {
        try await prepare()
        try await execute(
            script: """
                INSERT INTO webhook_events (stripe_event_id, type, status, error, created_at, received_at)
                SELECT 'evt_' || n, 'charge.refunded', 'failed', 'test', '2026-01-01', '2026-01-01' FROM generate_series(1, 7) n;
                """)
        let run = try await doctor(words: ["--deep"])
        #expect(run.exitCode == 1)
        #expect(run.output.contains(" ✗ event unhandled "), "\(run.output)")
        #expect(run.output.contains(" and 2 more\n"))
        #expect(run.output.contains("→ latchkey event list says why"))
        #expect(run.remarks == "latchkey: 1 of 40 checks failed\n")
        let noDatabase = try await doctor(["DATABASE_URL": "postgres://x@127.0.0.1:1/x"], words: ["--deep"])
        #expect(noDatabase.output.contains("– event unhandled "))
    }

    @Test("a template that is broken is told with its file and line")
    func templates() async throws {
        let folder = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: repositoryRoot + "/infra/mail") {
            let text = try String(contentsOfFile: repositoryRoot + "/infra/mail/" + name, encoding: .utf8)
            try folder.write(name, name == "receipt.txt" ? "{{#nothing}}\n" + text : text)
        }
        let settings = ShopSettings(environment(["MAIL_TEMPLATES": folder.path]))
        let check = try #require(settings.checks.first { $0.name == "MAIL_TEMPLATES" })
        #expect(check.state == .failed)
        #expect(check.advice?.contains("receipt.txt:1") == true)
    }

    @Test("a database without schema, with pending migrations, or without anything for sale is told what to run")
    func unprepared() async throws {
        let bare = try await doctor()
        #expect(bare.exitCode == 1)
        #expect(bare.output.contains("✗ migrations              pending: 0001_schema.sql"))
        #expect(bare.output.contains("→ run latchkey migrate, then latchkey catalog apply FILE"))
        _ = try await Run.latchkey(["migrate", "--migrations", repositoryRoot + "/infra/migrations"])
        let empty = try await doctor()
        #expect(empty.output.contains("✓ migrations"))
        #expect(empty.output.contains("✗ catalog"))
        #expect(empty.output.contains("run latchkey catalog apply FILE"))
    }

    @Test("a database that is not there is one failure, and what needs it is not looked at")
    func noDatabase() async throws {
        let run = try await doctor(["DATABASE_URL": "postgres://x:HUSH@127.0.0.1:1/x"])
        #expect(run.exitCode == 1)
        #expect(run.output.contains("✗ database                no connection to the database"))
        #expect(run.output.contains("– migrations              needs the database"))
        #expect(!run.output.contains("HUSH"))
    }

    @Test(
        "what Stripe says of the key is told",
        arguments: [
            (401, "✗", "the key is not accepted"), (403, "✓", "without the right to read the balance"),
            (400, "✗", "stripe answered: refused"),
        ])
    func stripe(status: Int, mark: String, text: String) async throws {
        try await prepare()
        let answer = Response(status: status, body: Array(#"{"error":{"type":"x","message":"HUSH"}}"#.utf8))
        let run = try await doctor(stripe: answer)
        #expect(run.output.contains("\(mark) Stripe "))
        #expect(run.output.contains(text), "\(run.output)")
        #expect(!run.output.contains("HUSH"))
    }

    @Test("an account that disagrees with the key about real money is a failure")
    func livemode() async throws {
        try await prepare()
        let run = try await doctor(stripe: Response(status: 200, body: Array(#"{"livemode":true}"#.utf8)))
        #expect(run.output.contains("disagree about real money"))
        #expect(run.exitCode == 1)
    }

    @Test("a mail server that does not take our login, or is not there, is a failure with advice")
    func mail() async throws {
        try await prepare()
        let refused = try await doctor(
            user: "user:HUSH@",
            mail: { command in
                if command.hasPrefix("EHLO") { return "250-mail.example\r\n250 AUTH PLAIN" }
                return command.hasPrefix("AUTH") ? "535 no" : "250 ok"
            })
        #expect(refused.exitCode == 1)
        #expect(refused.output.contains("does not accept our login or sender (535)"), "\(refused.output)")
        #expect(refused.output.contains("→ check user and password in SMTP_URL"))
        #expect(!refused.output.contains("HUSH"))
        let absent = try await doctor(["SMTP_URL": "smtp://127.0.0.1:1"])
        #expect(absent.output.contains("✗ mail server             could not connect to the mail server"))
    }

    @Test("a signer without a key is asked for a signature, as whoever runs here or with a person's token")
    func iam() async throws {
        try await prepare()
        let google = try CloudSandbox()
        for changes in [
            [:], ["GOOGLE_OAUTH_ACCESS_TOKEN": CloudSandbox.personalToken, "GCE_METADATA_HOST": "127.0.0.1:1"],
        ] {
            let run = try await doctor(google.settings.merging(changes) { $1 })
            #expect(run.exitCode == 0, "\(run.output)")
            #expect(run.output.contains("signs links to shop with \(CloudSandbox.account)'s signature"))
            #expect(run.output.hasSuffix("\nall 35 checks passed\n"))
            #expect(!run.output.contains("ya29"))
        }
        #expect(try google.count("signatures") == 2)
        #expect(try google.count("tokens") == 1)
    }

    @Test("a signer that does not sign is a failure with advice")
    func iamFaults() async throws {
        try await prepare()
        let google = try CloudSandbox()
        let away = try await doctor(google.settings.merging(["GCE_METADATA_HOST": "127.0.0.1:1"]) { $1 })
        #expect(away.exitCode == 1)
        #expect(away.output.contains("✗ storage signer "))
        #expect(away.output.contains(" the metadata server unreachable: could not connect"))
        #expect(away.output.contains("→ outside Google Cloud set GOOGLE_OAUTH_ACCESS_TOKEN="))
        try google.trouble("403", "/v1/projects")
        let refused = try await doctor(google.settings)
        #expect(refused.output.contains("✗ storage signer "))
        #expect(refused.output.contains(" IAM Credentials answered: status=403 reason=PERMISSION_DENIED"))
        #expect(refused.output.contains("grant roles/iam.serviceAccountTokenCreator"))
        let odd = try await doctor(google.settings.merging(["GOOGLE_OAUTH_ACCESS_TOKEN": "HUSH HUSH"]) { $1 })
        #expect(odd.exitCode == 1 && odd.output.contains("✗ GOOGLE_OAUTH_ACCESS_TOKEN"))
        #expect(!odd.output.contains("HUSH"))
    }

    private struct Answer: Decodable {
        struct Row: Decodable {
            let name: String
            let state: String
            let detail: String
            let advice: String?
        }
        let ok: Bool
        let checks: [Row]
    }

    func prepare() async throws {
        _ = try await Run.latchkey(["migrate", "--migrations", repositoryRoot + "/infra/migrations"])
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
    }

    func doctor(
        _ changes: [String: String] = [:], words: [String] = [], stripe: Response = balance,
        endpoints: Response = endpoints(), user: String = "",
        mail: @escaping @Sendable (String) -> String = { _ in "250 ok" }
    ) async throws -> Run {
        try await withStripe(stripe, endpoints: endpoints) { base in
            try await withMailServer(mail) { authority in
                var settings = environment([:])
                settings["DATABASE_URL"] = nil
                settings["STRIPE_API_BASE"] = base
                settings["SMTP_URL"] = "smtp://\(user)\(authority)"
                return try await Run.latchkey(["doctor"] + words, settings.merging(changes) { $1 })
            }
        }
    }

    private func environment(_ changes: [String: String]) -> [String: String] {
        let more = [
            "STORAGE_BUCKET": "shop", "STORAGE_SIGNER": "hmac:GOOG1:secret",
            "MIGRATIONS_DIR": repositoryRoot + "/infra/migrations",
        ]
        return TestSettings.environment.merging(more) { $1 }.merging(changes) { $1 }
    }
}
