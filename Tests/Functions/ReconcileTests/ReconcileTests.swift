import HTTP
import Kernel
import Log
import OIDC
import Outbound
import Postgres
import Reconciliation
import Settings
import StripeClient
import Support
import Testing

@testable import ReconcileFunction

@Suite("Reconcile")
struct ReconcileTests {
    private func reconcile(
        _ log: Log = silentLog, _ work: @escaping @Sendable () throws(PostgresFault) -> ReconciliationReport?
    ) async throws -> Reconcile {
        let settings = try ReconcileSettings(TestSettings.environment)
        let authorizer = await SchedulerAuthorizer(settings.tasks, log: log)
        return Reconcile(
            work: { () throws(PostgresFault) in try work() }, tidy: { _ in },
            authorize: { request throws(Refusal) in try await authorizer.authorize(request) }, log: log)
    }

    private var call: Request {
        Request(
            method: .post, path: "/tasks/reconcile",
            fields: ["Authorization": "Bearer " + String(repeating: "t", count: 32)])
    }

    @Test("works for no one but the scheduler")
    func auth() async throws {
        let reconcile = try await reconcile { () throws(PostgresFault) in
            Issue.record("worked for a stranger")
            return nil
        }
        await #expect(throws: Refusal.self) { try await reconcile(Request(method: .post, path: "/tasks/reconcile")) }
        await #expect(throws: Refusal.methodNotAllowed(allow: "POST")) {
            try await reconcile(Request(path: "/tasks/reconcile", fields: call.fields))
        }
        await #expect(throws: Refusal.notFound) { try await reconcile(Request(method: .post, path: "/tasks/other")) }
    }

    @Test("says what it did, and in the log as well")
    func report() async throws {
        let log = CapturedLog()
        let reconcile = try await reconcile(log.log) { () throws(PostgresFault) in
            var report = ReconciliationReport()
            report[.sessions].seen = 3
            report[.sessions].repaired = 1
            report.violations = ["no_webhook"]
            return report
        }
        let answer = String(decoding: try await reconcile(call).body, as: UTF8.self)
        #expect(answer.hasPrefix(#"{"finished":true,"ledger":{"seen":0,"repaired":0,"failed":0},"refunds":"#))
        #expect(answer.contains(#""sessions":{"seen":3,"repaired":1,"failed":0}"#))
        #expect(answer.hasSuffix(#""paid_at_stripe_only":0,"paid_here_only":0,"violated":["no_webhook"]}"#))
        #expect(log.text.contains(#""severity":"WARNING""#) && log.text.contains(#""message":"reconciled""#))
    }

    @Test("while another run is at it, there is nothing to do")
    func skipped() async throws {
        let response = try await reconcile { () throws(PostgresFault) in nil }(call)
        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"skipped":true}"#)
    }

    @Test("a database or a Stripe that is away is 503, so that the scheduler comes again and its alert sees it")
    func away() async throws {
        let noDatabase = try await reconcile { () throws(PostgresFault) in throw .poolExhausted }
        await #expect(throws: Refusal.unavailable(retryAfterSeconds: 1)) { try await noDatabase(call) }
        let log = CapturedLog()
        let noStripe = try await reconcile(log.log) { () throws(PostgresFault) in
            var report = ReconciliationReport()
            report.fault = .stripe(.unreachable(.refusedByPolicy))
            return report
        }
        await #expect(throws: Refusal.unavailable(retryAfterSeconds: 5)) { try await noStripe(call) }
        #expect(log.text.contains(#""severity":"ERROR""#))
    }

    @Test("every setting at fault is named, and none is shown")
    func settings() throws {
        var environment = TestSettings.environment
        environment["TASKS_AUTH"] = "token:hunter2"
        environment["QUIET_HOURS"] = "hunter2"
        environment["STRIPE_API_KEY"] = nil
        environment["KEY_PEPPER"] = nil
        let fault = try #require(throws: SettingsFault.self) { try ReconcileSettings(environment) }
        #expect(Set(fault.missing) == ["STRIPE_API_KEY", "KEY_PEPPER"])
        #expect(Set(fault.invalid.map(\.name)) == ["TASKS_AUTH", "QUIET_HOURS"])
        #expect(!fault.lines.joined().contains("hunter2"))
    }
}
