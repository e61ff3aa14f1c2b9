import Catalog
import Downloads
import EventLoop
import Kernel
import OrderMails
import Orders
import Outbox
import Postgres
import Support
import Testing

@testable import OrdersFunction

@Suite("Resent mail", .freshDatabase)
struct ResentMailTests {
    @Test("is one mail with the key and a fresh link of every order with an active license, and of no other")
    func content() async throws {
        let mailbox = try Mailbox()
        let buyer = "buyer-\(UInt64.random(in: .min ... .max))@example.com"
        let (settings, open, closed) = try await withOrderDesk(["SMTP_URL": mailbox.smtp]) { desk in
            for number in 1...3 {
                try await desk.deliver("cs_test_000000000\(number)", event: "evt_\(number)", email: buyer)
            }
            try await desk.deliver("cs_test_0000000004", event: "evt_4", email: "other-\(buyer)")
            try await desk.run(
                """
                UPDATE licenses SET status = 'revoked'
                WHERE order_id = (SELECT id FROM orders WHERE stripe_session_id LIKE '%2')
                """)
            _ = await desk.resend(buyer)
            let report = try await desk.workOffOutbox()
            var expected = OutboxReport()
            expected.sent = 1
            #expect(report == expected)
            #expect(
                try await desk.text("SELECT status || ' ' || attempts FROM emails WHERE kind = 'resend'") == "sent 1")
            let open = try await desk.keys(of: "%1") + desk.keys(of: "%3")
            return (desk.settings, open, try await desk.keys(of: "%2") + desk.keys(of: "%4"))
        }
        let mails = try mailbox.arrivedMails(to: buyer, subject: "downloads from")
        #expect(mails.count == 1)
        let text = try #require(mails.first)
        for key in open { #expect(text.contains(key)) }
        for key in closed { #expect(!text.contains(key)) }
        let tokens = Set(text.split(separator: "/download/").dropFirst().map { String($0.prefix(64)) })
        #expect(tokens.count == 2)
        try await withOpen({ Pool(try testDatabase(), log: silentLog) }) { pool in
            for token in tokens {
                let verified = try settings.mail.downloadTokens.verify(token, now: WallClock.system.now())
                let row = try await pool.run(
                    Statement<String>.row(
                        """
                        SELECT right(o.stripe_session_id, 1) || ' ' || g.uses FROM download_grants g
                        JOIN orders o ON o.id = g.order_id WHERE g.id = \(verified.grant)
                        """
                    ) { row throws(PostgresFault) in try row.text(0) })
                #expect(row == "1 0" || row == "3 0")
            }
        }
    }

    @Test("whose orders were closed meanwhile is not sent")
    func closed() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver("cs_test_a1b2c3d4e5")
            _ = await desk.resend("buyer@example.com")
            #expect(try await desk.queued() == "1")
            try await desk.run("UPDATE licenses SET status = 'revoked'")
            let report = try await desk.workOffOutbox()
            #expect(report.dropped == 1 && report.sent == 0)
            #expect(try await desk.text("SELECT status FROM emails WHERE kind = 'resend'") == "dead")
        }
    }
}

extension OrderDesk {
    /// What `email-retry` does when it is called.
    func workOffOutbox(through other: MailSettings? = nil) async throws -> OutboxReport {
        let mails = MailService(
            other ?? settings.mail, keys: settings.keys, pool: owner, catalog: CatalogCache(owner), log: silentLog)
        let now = WallClock.system.now()
        try await ResendStatements.queueAll(on: owner, at: now)
        return try await mails.worker.sendDue(until: now + .seconds(20))
    }
}
