import HTTP
import Kernel
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey reconcile", .freshDatabase)
struct ReconcileCommandTests {
    private static let nothing = Response(
        status: 200, body: Array(#"{"object":"list","data":[],"has_more":false}"#.utf8))

    @Test(
        "takes a time ago, a date or a time",
        arguments: [
            ("30d", testNow - .seconds(30 * 86_400)), ("12h", testNow - .seconds(12 * 3_600)),
            ("5m", testNow - .seconds(300)), ("2026-11-20", Instant(unixSeconds: 1_795_132_800)),
            ("2026-11-20T18:00:00Z", Instant(unixSeconds: 1_795_197_600)),
            ("2026-11-20T18:00:00+01:00", Instant(unixSeconds: 1_795_194_000)),
        ])
    func times(text: String, expected: Instant) {
        #expect(Since.parse(text, at: testNow) == expected)
    }

    @Test(
        "takes nothing else, and no time that is still to come",
        arguments: [
            "", "d", "0d", "-1d", "30", "30 d", "30days", "4000d", "99999999999999999999d", "١d", "yesterday",
            "2026-11-21",
            "2026-13-01", "2026-11-20T18:00:00", "20261120", "2026-11-20T20:00:00Z",
        ])
    func noTimes(text: String) {
        #expect(Since.parse(text, at: testNow) == nil, "\(text)")
    }

    @Test("says that nothing had to be done, for people and for programs")
    func clean() async throws {
        let run = try await reconcile(["--since", "30d"])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.contains("\n  checkout sessions       0"), "\(run.output)")
        #expect(run.output.hasSuffix("✓ the shop and Stripe agree, and every invariant holds\n"))
        let json = try await reconcile(["--json", "--dry-run"])
        #expect(json.output.hasPrefix(#"{"dry_run":true,"finished":true,"ledger":{"seen":0,"#))
    }

    @Test("what is not as it should be is exit code 1, and told")
    func unclean() async throws {
        try await applyDemoCatalog()
        try await execute(
            script: """
                ALTER TABLE download_grants RENAME TO away;
                INSERT INTO webhook_events (stripe_event_id, type, status, error, created_at, received_at, payload) VALUES
                ('evt_1', 'x', 'failed', 'test', '2026-01-01', '2026-01-01', '\(SessionEvent().json)'),
                ('evt_2', 'charge.refunded', 'failed', 'test', '2026-01-01', '2026-01-01', '{');
                """)
        let run = try await reconcile([])
        #expect(run.exitCode == 1)
        #expect(run.output.contains("✗ 1 thing could not be repaired; the ledger has the reasons"), "\(run.output)")
        #expect(run.output.contains("✗ 1 thing parked for a person: see latchkey event list"), "\(run.output)")
        #expect(run.output.contains("✗ invariant violated: event_unhandled (latchkey doctor --deep tells more)"))
        #expect(run.remarks.contains("latchkey: not everything is as it should be: see above\n"))
    }

    @Test("a Stripe that does not take the key ends the run, and says so")
    func refused() async throws {
        let run = try await reconcile(
            ["--since", "30d"], stripe: Response(status: 401, body: Array(#"{"error":{"message":"HUSH"}}"#.utf8)))
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("latchkey: broke off: stripe answered: authentication"), "\(run.remarks)")
        #expect(!(run.output + run.remarks).contains("HUSH"))
    }

    @Test("a person who watches sees how far it is, and no log")
    func progress() async throws {
        let run = try await reconcile(["--since", "30d"], isWatched: true)
        #expect(run.remarks.contains("sessions …\n"))
        #expect(!run.remarks.contains("{"))
    }

    @Test("a time that is none is a wrong usage, and every missing setting is named")
    func faults() async throws {
        let usage = try await Run.latchkey(["reconcile", "--since", "yesterday"])
        #expect(usage.exitCode == 2)
        #expect(usage.remarks.hasPrefix("latchkey: «yesterday» is no time that has passed: expected a time ago"))
        let missing = try await Run.latchkey(["reconcile"])
        #expect(missing.exitCode == 1)
        for name in ["STRIPE_API_KEY", "LICENSE_SECRETS", "TOKEN_SECRETS", "KEY_PEPPER", "SMTP_URL", "MAIL_FROM"] {
            #expect(missing.remarks.contains("latchkey: \(name) is missing\n"), "\(missing.remarks)")
        }
    }

    private func prepare() async throws {
        _ = try await Run.latchkey(["migrate", "--migrations", repositoryRoot + "/infra/migrations"])
    }

    private func reconcile(
        _ words: [String], stripe: Response = nothing, isWatched: Bool = false
    ) async throws -> Run {
        try await prepare()
        return try await withStripe(stripe) { base in
            var environment = TestSettings.environment
            environment["DATABASE_URL"] = nil
            environment["STRIPE_API_BASE"] = base
            return try await Run.latchkey(["reconcile"] + words, environment, isWatched: isWatched)
        }
    }
}
