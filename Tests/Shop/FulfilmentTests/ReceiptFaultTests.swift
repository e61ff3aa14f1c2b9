import Catalog
import EventLoop
import Kernel
import OrderMails
import Outbox
import Postgres
import Support
import Testing

@Suite("Receipt and a mail server in trouble", .freshDatabase, .timeLimit(.minutes(15)))
struct ReceiptFaultTests {
    @Test(
        "the sale stands; the mail waits, or is given up when it was refused for good",
        arguments: MailTrouble.all)
    func receipt(trouble: MailTrouble) async throws {
        let server = try await ScriptedServer.start("smtp_script.py", trouble.stage, trouble.behaviour)
        let smtp = await "smtp+plain://127.0.0.1:\(server.port)"
        try await withEventShop(smtp: smtp, mailTime: trouble.attemptTime) { shop throws in
            try await shop.deliver(SessionEvent().json)
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
        try await withEventShop(smtp: "\(scheme)://localhost:\(server.port)") { shop throws in
            try await shop.deliver(SessionEvent().json)
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
        try await withEventShop(smtp: "smtp+plain://127.0.0.1:\(first.port)", mailTime: time) { shop in
            try await shop.deliver(SessionEvent().json)
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
        try await withEventShop(smtp: "smtp+plain://127.0.0.1:\(first.port)") { shop in
            try await shop.deliver(SessionEvent().json)
            let second = try await ScriptedServer.start("smtp_script.py", "none", "0")
            let report = try await shop.retry("smtp+plain://127.0.0.1:\(second.port)", after: .seconds(86_400))
            #expect(report == OutboxReport())
            #expect(second.count("connection") == 0)
        }
    }
}

extension EventShop {
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
