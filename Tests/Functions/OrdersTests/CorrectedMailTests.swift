import EventLoop
import HTTP
import Kernel
import Outbox
import Postgres
import Support
import Testing

@testable import OrdersFunction

private let session = "cs_test_a1b2c3d4e5"

@Suite("Mail to a corrected address", .freshDatabase)
struct CorrectedMailTests {
    @Test("brings the same key and fresh links at once, and the previous address is notified without them")
    func sent() async throws {
        let mailbox = try Mailbox()
        let number = UInt64.random(in: .min ... .max)
        let (wrong, right) = ("wrong-\(number)@example.com", "right-\(number)@example.com")
        let key = try await withOrderDesk(["SMTP_URL": mailbox.smtp]) { desk in
            try await desk.deliver(session, email: wrong)
            #expect(await desk.correct(session, right).status == 303)
            let states = try await desk.text(
                "SELECT string_agg(concat_ws(' ', kind, status, attempts), ', ' ORDER BY kind, created_at) FROM emails")
            #expect(states == "address_changed sent 1, receipt sent 1, receipt sent 1")
            #expect(await desk.page(session, after: .seconds(9)).text.contains("went to <strong>r…@example.com"))
            let key = try await desk.key()
            return key
        }
        let first = try #require(try mailbox.arrivedMails(to: wrong, subject: "license key").first)
        let receipts = try mailbox.arrivedMails(to: right, subject: "license key")
        #expect(receipts.count == 1)
        let again = try #require(receipts.first)
        #expect(first.contains(key) && again.contains(key))
        let links = Set([first, again].compactMap { token(in: $0)?.prefix(64) })
        #expect(links.count == 2)
        let notice = try #require(try mailbox.arrivedMails(to: wrong, subject: "address of your").first)
        #expect(!notice.contains("GENX-") && !notice.contains("/download/") && !notice.contains("right-"))
    }

    @Test("waits in the outbox when the mail server is away, and goes to the new address alone")
    func away() async throws {
        let mailbox = try Mailbox()
        let number = UInt64.random(in: .min ... .max)
        let (wrong, right) = ("wrong-\(number)@example.com", "right-\(number)@example.com")
        try await withOrderDesk { desk in
            try await desk.deliver(session, email: wrong)
            try await desk.run("UPDATE emails SET last_error = 'could not connect to the mail server'")
            #expect(await desk.correct(session, right).status == 303)
            try await desk.run("UPDATE emails SET next_attempt_at = now() WHERE status = 'pending'")
            let back = try OrdersSettings(sampleEnvironment.merging(["SMTP_URL": mailbox.smtp]) { $1 })
            let report = try await desk.workOffOutbox(through: back.mail)
            #expect(report.sent == 1 && report.dropped == 0 && report.dead == 0)
        }
        #expect(try mailbox.arrivedMails(to: right, subject: "").count == 1)
        #expect(try mailbox.mails(to: wrong, subject: "").isEmpty)
    }
}
