import Catalog
import EventLoop
import HTTP
import Kernel
import OrderMails
import Outbox
import Postgres
import Support
import Testing

@testable import WebhookFunction

@Suite("Receipt and a mail server in trouble", .freshDatabase, .timeLimit(.minutes(15)))
struct MailFaultTests {
    @Test(
        "the sale stands and Stripe hears 200; the mail waits, or is given up when it was refused for good",
        arguments: MailTrouble.all)
    func receipt(trouble: MailTrouble) async throws {
        let server = try await ScriptedServer.start("smtp_script.py", trouble.stage, trouble.behaviour)
        let smtp = await "smtp+plain://127.0.0.1:\(server.port)"
        try await withShop(smtp: smtp, mailTime: trouble.attemptTime) { shop throws in
            #expect(try await shop.deliver(SessionEvent().json).status == 200)
            expectCounts(try await shop.counts(), .oneSale())
            #expect(try await shop.mailState() == (trouble.isForGood ? "dead 1" : "pending 1 due in 30 to 60 s"))
            #expect(shop.log.text.contains(trouble.isForGood ? "mail given up" : "mail postponed"))
            #expect(try await shop.text("SELECT last_error FROM emails").contains(trouble.told))
        }
    }

    @Test(
        "a server whose certificate nobody vouches for gets no mail, and the mail waits",
        arguments: ["starttls", "tls"])
    func untrusted(kind: String) async throws {
        let server = try await ScriptedServer.start("smtp_server.py", kind)
        let scheme = kind == "tls" ? "smtps" : "smtp"
        try await withShop(smtp: "\(scheme)://localhost:\(server.port)") { shop throws in
            #expect(try await shop.deliver(SessionEvent().json).status == 200)
            #expect(try await shop.mailState() == "pending 1 due in 30 to 60 s")
            #expect(try await shop.text("SELECT last_error FROM emails") == "no safe connection to the mail server")
            #expect(server.count("mail") == 0)
        }
    }

    @Test(
        "what email-retry sends afterwards is the same mail, under the same Message-ID",
        arguments: ["drop", "hang", "451"])
    func sameMail(behaviour: String) async throws {
        let first = try await ScriptedServer.start("smtp_script.py", "message", behaviour)
        // The mail has to get as far as that before its time is over, on a slow machine too.
        let time: Duration = behaviour == "hang" ? .seconds(6) : .seconds(20)
        try await withShop(smtp: "smtp+plain://127.0.0.1:\(first.port)", mailTime: time) { shop in
            _ = try await shop.deliver(SessionEvent().json)
            // Taken by the first server as far as it knows, and we do not.
            let name = try await first.line { $0.hasPrefix("message ") }
            let second = try await ScriptedServer.start("smtp_script.py", "none", "0")
            let report = try await shop.retry("smtp+plain://127.0.0.1:\(second.port)", after: .seconds(61))
            #expect(report.sent == 1)
            try await second.said(name)
            let row = try await shop.text("SELECT id::text FROM emails")
            #expect(name.hasPrefix("message <\(row)@"))
            #expect(try await shop.text("SELECT concat_ws(' ', status, attempts, last_error) FROM emails") == "sent 2")
        }
    }

    @Test("a mail that was refused for good is not tried again")
    func dead() async throws {
        let first = try await ScriptedServer.start("smtp_script.py", "rcpt", "550")
        try await withShop(smtp: "smtp+plain://127.0.0.1:\(first.port)") { shop in
            _ = try await shop.deliver(SessionEvent().json)
            let second = try await ScriptedServer.start("smtp_script.py", "none", "0")
            let report = try await shop.retry("smtp+plain://127.0.0.1:\(second.port)", after: .seconds(86_400))
            #expect(report == OutboxReport())
            #expect(second.count("connection") == 0)
        }
    }
}

extension TestShop {
    /// What email-retry does when it is called so long from now, with another mail server.
    fileprivate func retry(_ smtp: String, after time: Duration) async throws -> OutboxReport {
        var environment = TestSettings.environment
        environment["SMTP_URL"] = smtp
        let settings = try WebhookSettings(environment)
        let now = WallClock.system.now() + time
        let clock = WallClock { now }
        let mails = MailService(
            settings.mail, keys: settings.keys, pool: pool, catalog: CatalogCache(pool, clock: clock), log: log.log,
            clock: clock)
        return try await mails.worker.sendDue(until: now + .seconds(10))
    }

    /// The only mail's state, its attempts, and when it is due if it waits.
    fileprivate func mailState() async throws -> String {
        try await text(
            """
            SELECT m.status || ' ' || m.attempts || CASE WHEN m.status <> 'pending' THEN ''
                WHEN m.next_attempt_at BETWEEN e.received_at + '30 s' AND now() + '60 s' THEN ' due in 30 to 60 s'
                ELSE ' due at ' || m.next_attempt_at END
            FROM emails m, webhook_events e
            """)
    }
}
