import HTTP
import Kernel
import Log
import OIDC
import Outbox
import Postgres
import Settings
import Support
import Synchronization
import Testing

@testable import EmailRetryFunction

@Suite("E-mail retry")
struct EmailRetryTests {
    private let bearer = "Bearer " + String(repeating: "t", count: 32)

    private func emailRetry(
        log: Log = silentLog, queueResends: @escaping @Sendable () throws(PostgresFault) -> Void = {},
        prune: @escaping @Sendable () throws(PostgresFault) -> Int = { 0 },
        _ work: @escaping @Sendable () throws(PostgresFault) -> OutboxReport
    ) async throws -> EmailRetry {
        let settings = try EmailRetrySettings(TestSettings.environment)
        let authorizer = await SchedulerAuthorizer(settings.tasks, log: silentLog)
        return EmailRetry(
            queueResends: { _ throws(PostgresFault) in try queueResends() },
            send: { _ throws(PostgresFault) in try work() }, prune: { _ throws(PostgresFault) in try prune() },
            authorize: { request throws(Refusal) in try await authorizer.authorize(request) }, log: log)
    }

    @Test("works for no one but the scheduler")
    func auth() async throws {
        let retry = try await emailRetry { () throws(PostgresFault) in
            Issue.record("worked for a stranger")
            return OutboxReport()
        }
        await #expect(throws: Refusal.self) {
            try await retry(Request(method: .post, path: "/tasks/email-retry"))
        }
        await #expect(throws: Refusal.methodNotAllowed(allow: "POST")) {
            try await retry(Request(path: "/tasks/email-retry", fields: ["Authorization": bearer]))
        }
        await #expect(throws: Refusal.notFound) { try await retry(Request(method: .post, path: "/tasks/other")) }
    }

    @Test("says what it did")
    func report() async throws {
        let retry = try await emailRetry { () throws(PostgresFault) in
            var report = OutboxReport()
            (report.sent, report.postponed) = (3, 1)
            return report
        }
        let response = try await retry(
            Request(method: .post, path: "/tasks/email-retry", fields: ["Authorization": bearer]))
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"sent":3,"postponed":1,"dead":0,"dropped":0}"#)
    }

    @Test("requests for lost mails that cannot be processed hold up no mail, and are reported as a fault")
    func requestsInTrouble() async throws {
        let log = CapturedLog()
        let sent = Mutex(0)
        let retry = try await emailRetry(
            log: log.log, queueResends: { () throws(PostgresFault) in throw .connectionLost }
        ) {
            sent.withLock { $0 += 1 }
            return OutboxReport()
        }
        let request = Request(method: .post, path: "/tasks/email-retry", fields: ["Authorization": bearer])
        await #expect(throws: Refusal.self) { try await retry(request) }
        #expect(sent.withLock { $0 } == 1)
        #expect(log.text.contains("the outbox could not be worked off"))
    }

    @Test("removes rate limits that are over and says how many; where it cannot, the mails are still sent")
    func prune() async throws {
        let request = Request(method: .post, path: "/tasks/email-retry", fields: ["Authorization": bearer])
        let log = CapturedLog()
        let retry = try await emailRetry(log: log.log, prune: { 17 }) { OutboxReport() }
        #expect(try await retry(request).status == 200)
        #expect(log.text.contains(#""message":"rate limits removed""#) && log.text.contains(#""count":17"#))
        let hindered = try await emailRetry(log: log.log, prune: { () throws(PostgresFault) in throw .timedOut }) {
            OutboxReport()
        }
        #expect(try await hindered(request).status == 200)
        #expect(log.text.contains("rate limits could not be removed"))
    }

    @Test("an outbox in trouble is 503, so that the scheduler's own alert sees it; rate limits do not pile up over it")
    func away() async throws {
        let log = CapturedLog()
        let retry = try await emailRetry(log: log.log, prune: { 17 }) { () throws(PostgresFault) in
            throw .poolExhausted
        }
        await #expect(throws: Refusal.unavailable(retryAfterSeconds: 1)) {
            try await retry(Request(method: .post, path: "/tasks/email-retry", fields: ["Authorization": bearer]))
        }
        #expect(log.text.contains("rate limits removed"))
    }

    @Test("every setting at fault is named, and none is shown")
    func settings() throws {
        var environment = TestSettings.environment
        environment["TASKS_AUTH"] = "token:hunter2"
        environment["SMTP_URL"] = "gopher://hunter2"
        environment["MAIL_TEMPLATES"] = nil
        environment["KEY_PEPPER"] = nil
        let fault = try #require(throws: SettingsFault.self) { try EmailRetrySettings(environment) }
        #expect(Set(fault.missing) == ["MAIL_TEMPLATES", "KEY_PEPPER"])
        #expect(Set(fault.invalid.map(\.name)) == ["TASKS_AUTH", "SMTP_URL"])
        #expect(!fault.lines.joined().contains("hunter2"))
    }
}
