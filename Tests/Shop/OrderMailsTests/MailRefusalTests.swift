import EventLoop
import Kernel
import Orders
import Outbox
import Postgres
import Support
import Testing

@Suite("Refusals of a mail server", .freshDatabase, .timeLimit(.minutes(15)))
struct MailRefusalTests {
    @Test(
        "kill a mail only if they speak of its mailbox, and what may be our fault is an error",
        arguments: ProviderReply.all)
    func provider(reply: ProviderReply) async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "\(reply.stage)=\(reply.reply)")
        try await withRoom(smtp: server.plain) { room in
            try await room.sell()
            let report = try await room.work(after: .seconds(100))
            let isDead = reply.subject == .mailbox
            #expect([report.dead, report.postponed] == (isDead ? [1, 0] : [0, 1]))
            #expect(try await room.text("SELECT status FROM emails") == (isDead ? "dead" : "pending"))
            #expect(room.log.text.contains(#""severity":"ERROR""#))
            #expect(room.log.text.contains("the outbox is held") == (reply.subject == .sender))
            try await server.tell("accept")
            #expect(try await room.work(after: .seconds(7_200)).sent == (isDead ? 0 : 1))
        }
    }

    @Test(
        "of the sender are retried for as long as they are said, unclear ones until the last attempt",
        arguments: [("554 5.7.1 paused", "pending"), ("554 Message rejected", "dead")])
    func patience(reply: String, end: String) async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "message=\(reply)")
        try await withRoom(smtp: server.plain, attempts: 4) { room in
            try await room.sell()
            for day in 1...9 { _ = try await room.work(after: .seconds(86_400 * day)) }
            #expect(try await room.text("SELECT status FROM emails") == end)
            #expect(room.log.text.contains("mail given up") == (end == "dead"))
        }
    }
}

@Suite("A held outbox", .freshDatabase, .timeLimit(.minutes(15)))
struct HeldOutboxTests {
    @Test("three recipients refused in a row hold the outbox: all mails wait, none is dead, one alert")
    func opens() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "rcpt=550 5.1.1 no such user")
        try await withRoom(smtp: server.plain) { room in
            for number in 1...9 { try await room.sell(number) }
            let report = try await room.work(after: .seconds(100))
            #expect(report.sent == 0)
            #expect(try await room.statuses() == "pending 9")
            #expect(room.log.count("the outbox is held") == 1)
            #expect(try await room.text("SELECT count(*)::text FROM emails WHERE attempts > 1") == "5")
            let hold = try #require(try await room.fixture.pool.run(HoldStatements.current))
            #expect(hold.waiting == 9 && hold.reason == "the mail was refused for good (550 5.1.1)")
            #expect(hold.since == room.fixture.now + .seconds(100) && hold.nextProbe == hold.since + .seconds(60))
        }
    }

    @Test("one mail at a time probes, each another one, with pauses up to a quarter of an hour, and no more alerts")
    func probes() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "rcpt=550 5.1.1 no such user")
        try await withRoom(smtp: server.plain) { room in
            for number in 1...9 { try await room.sell(number) }
            _ = try await room.work(after: .seconds(100))
            #expect(try await room.work(after: .seconds(159)) == OutboxReport())
            var passed = 160
            for (pause, untried) in [(60, 3), (120, 2), (240, 1), (480, 0), (900, 0), (900, 0)] {
                #expect(try await room.work(after: .seconds(passed)).postponed == 1)
                #expect(try await room.work(after: .seconds(passed + pause - 1)) == OutboxReport())
                #expect(try await room.text("SELECT count(*)::text FROM emails WHERE attempts = 1") == "\(untried)")
                passed += pause
            }
            #expect(try await room.statuses() == "pending 9")
            #expect(room.log.count("the outbox is held") == 1)
            #expect(room.log.count(#""severity":"ERROR""#, "mail postponed") == 0)
        }
    }

    @Test("the first mail that is accepted releases all, and those that are refused alone then are given up")
    func closes() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "rcpt=550 5.1.1 no such user")
        try await withRoom(smtp: server.plain) { room in
            for number in 1...9 { try await room.sell(number) }
            _ = try await room.work(after: .seconds(100))
            try await server.tell("accept")
            for number in [1, 2, 3, 4] {
                try await server.tell("rcpt:buyer\(number)@example.com=550 5.1.1 no such user")
            }
            for minute in 3...20 { _ = try await room.work(after: .seconds(60 * minute)) }
            #expect(try await room.statuses() == "dead 4, sent 5")
            #expect(room.log.count("the outbox is held:") == 1)
            #expect(room.log.count("the outbox is held no longer") == 1)
            #expect(try await room.fixture.pool.run(HoldStatements.current) == nil)
        }
    }

    @Test("a refusal of the sender holds it at once, and a mail that is refused alone for ever holds it once")
    func sender() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "rcpt:buyer1@example.com=550 5.7.1 blocked")
        try await withRoom(smtp: server.plain) { room in
            try await room.sell(1)
            #expect(try await room.work(after: .seconds(100)).postponed == 1)
            #expect(room.log.count("the outbox is held:") == 1)
            for number in 2...4 {
                try await room.sell(number)
                for minute in 0...9 { _ = try await room.work(after: .seconds(number * 3_600 + minute * 60)) }
            }
            #expect(try await room.statuses() == "pending 1, sent 3")
            #expect(room.log.count("the outbox is held:") == 1)
            #expect(room.log.count(#""severity":"ERROR""#, "mail postponed") > 2)
        }
    }

    @Test("one recipient refused often, and refusals with accepted mails between them, hold nothing")
    func unrelated() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "rcpt:buyer1@example.com=550 5.1.1 no such user")
        try await withRoom(smtp: server.plain) { room in
            for round in 1...4 {
                try await room.sell(1, session: "cs_\(round)")
                #expect(try await room.work(after: .seconds(100 * round)).dead == 1)
            }
            for round in 2...6 {
                try await server.tell("rcpt:buyer\(round)@example.com=550 5.1.1 no such user")
                try await room.sell(round, session: "cs_\(round)0")
                #expect(try await room.work(after: .seconds(1_000 * round)).dead == 1)
                guard round.isMultiple(of: 2) else { continue }
                try await room.sell(9, session: "cs_\(round)00")
                #expect(try await room.work(after: .seconds(1_000 * round + 100)).sent == 1)
            }
            #expect(room.log.count("the outbox is held") == 0)
        }
    }

    @Test("mails sent at once after a sale wait too while it is held, but for one when a probe is due")
    func leased() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "mail=554 5.7.1 paused")
        try await withRoom(smtp: server.plain) { room in
            for number in 1...3 { try await room.sell(number) }
            let mails = try await room.fixture.pool.run(
                Statement<[EmailID]>.rows("SELECT id FROM emails ORDER BY id") { row throws(PostgresFault) in
                    try row.id(0)
                })
            try await room.send([mails[0]], after: .seconds(1))
            #expect(server.count("session") == 1)
            try await room.send([mails[1]], after: .seconds(2))
            #expect(server.count("session") == 1)
            try await server.tell("accept")
            try await room.send([mails[1], mails[2]], after: .seconds(61))
            #expect(try await room.statuses() == "pending 2, sent 1")
            #expect(try await room.work(after: .seconds(62)).sent == 2)
        }
    }

    @Test("several workers at once send one probe")
    func together() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "rcpt=550 5.1.1 no such user")
        try await withRoom(smtp: server.plain) { room in
            for number in 1...9 { try await room.sell(number) }
            _ = try await room.work(after: .seconds(100))
            let workers = (0..<4).map { _ in
                Loop.start { () async -> Int in (try? await room.work(after: .seconds(170)).postponed) ?? 100 }
            }
            var probes = 0
            for worker in workers { probes += await worker.value }
            #expect(probes == 1)
        }
    }

    @Test("forty mails and four workers against a server that refuses all end waiting, without a deadlock")
    func storm() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "message=554 Message rejected")
        try await withRoom(smtp: server.plain) { room in
            for number in 1...40 { try await room.sell(number) }
            let workers = (0..<4).map { _ in
                Loop.start { () async -> OutboxReport? in try? await room.work(after: .seconds(100)) }
            }
            for worker in workers { #expect(await worker.value?.dead == 0) }
            #expect(try await room.statuses() == "pending 40")
            #expect(room.log.count("the outbox is held:") == 1)
            #expect(!room.log.text.contains("could not be settled"))
            try await server.tell("accept")
            var sent = 0
            for minute in 3...9 { sent += try await room.work(after: .seconds(60 * minute)).sent }
            #expect(sent == 40)
        }
    }
}

extension ScriptedServer {
    /// The setting for this server without TLS.
    fileprivate var plain: String { "smtp+plain://127.0.0.1:\(port)" }
}

extension CapturedLog {
    /// Returns the number of lines with all these words.
    fileprivate func count(_ words: String...) -> Int {
        text.split(separator: "\n").count { line in words.allSatisfy { line.contains($0) } }
    }
}

extension Room {
    /// A paid sale to `buyerN@example.com`, its receipt leased for a minute by a webhook that was killed.
    fileprivate func sell(_ number: Int = 1, session: String? = nil) async throws {
        let session = session ?? "cs_\(number)"
        var sale = try fixture.sale(session)
        sale.email = EmailAddress("buyer\(number)@example.com")
        _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_\(session)")
    }

    /// How many mails have each status.
    fileprivate func statuses() async throws -> String {
        try await text(
            """
            SELECT string_agg(status || ' ' || n, ', ' ORDER BY status)
            FROM (SELECT status, count(*) AS n FROM emails GROUP BY status) s
            """)
    }
}
