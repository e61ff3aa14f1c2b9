import EventLoop
import Kernel
import Outbox
import Postgres
import Support
import Testing

@Suite("OutboxWorker and a mail server in trouble", .freshDatabase, .timeLimit(.minutes(15)))
struct MailFaultTests {
    @Test("a mail waits for its next attempt, or is given up when it was refused for good", arguments: MailTrouble.all)
    func state(trouble: MailTrouble) async throws {
        let server = try await ScriptedServer.start("smtp_script.py", trouble.stage, trouble.behaviour)
        try await withRoom(smtp: server.plain, attemptTime: trouble.attemptTime) { room in
            try await room.sell()
            let report = try await room.work(after: .seconds(100))
            #expect([report.dead, report.postponed] == (trouble.isForGood ? [1, 0] : [0, 1]))
            let state = try await room.text("SELECT status || ' ' || attempts FROM emails")
            #expect(state == (trouble.isForGood ? "dead 2" : "pending 2"))
            #expect(try await room.text("SELECT last_error FROM emails").contains(trouble.told))
            #expect(room.log.text.contains(#""severity":"ERROR""#) == (trouble.isForGood || trouble.isOurs))
        }
    }

    @Test("the pauses double from half a minute to an hour, with jitter, until the last attempt")
    func backoff() async throws {
        try await withRoom(smtp: "smtp://127.0.0.1:1", attempts: 9) { room in
            try await room.sell()
            var passed = Duration.seconds(100)
            for bound in [120, 240, 480, 960, 1_920, 3_600, 3_600] {
                #expect(try await room.work(after: passed).postponed == 1)
                let pause = try await room.pause(after: passed)
                #expect(pause >= .seconds(bound / 2) && pause <= .seconds(bound))
                #expect(try await room.work(after: passed + pause - .microseconds(1)) == OutboxReport())
                passed += pause
            }
            #expect(try await room.work(after: passed).dead == 1)
            #expect(try await room.work(after: .seconds(365 * 86_400)) == OutboxReport())
            #expect(try await room.text("SELECT status || ' ' || attempts FROM emails") == "dead 9")
        }
    }

    @Test(
        "every attempt is the same mail to the server, whatever became of the ones before", arguments: ["drop", "451"])
    func sameMail(behaviour: String) async throws {
        let server = try await ScriptedServer.start("smtp_script.py", "message", behaviour)
        try await withRoom(smtp: server.plain) { room in
            try await room.sell()
            for attempt in 1...3 {
                _ = try await room.work(after: .seconds(100 * 60 * attempt))
                try await server.said("message", times: attempt)
            }
            let names = Set(server.lines.filter { $0.hasPrefix("message ") })
            #expect(names == ["message <\(try await room.text("SELECT id::text FROM emails"))@shop.example>"])
        }
    }

    @Test("a server that hangs holds up one round and no longer than one attempt")
    func hanging() async throws {
        let server = try await ScriptedServer.start("smtp_script.py", "data", "hang")
        try await withRoom(smtp: server.plain, attemptTime: .milliseconds(300)) { room in
            for number in 0..<5 { try await room.sell(number) }
            #expect(try await room.work(after: .seconds(100)).postponed == 5)
            // All five at once: each has a connection of its own, and none waited for another's time to be up.
            #expect(server.count("connection") == 5)
        }
    }

    @Test("a certificate that nobody vouches for postpones", arguments: ["starttls", "tls"])
    func untrusted(kind: String) async throws {
        let server = try await ScriptedServer.start("smtp_server.py", kind)
        try await withRoom(smtp: "\(kind == "tls" ? "smtps" : "smtp")://localhost:\(server.port)") { room in
            try await room.sell()
            #expect(try await room.work(after: .seconds(100)).postponed == 1)
            #expect(try await room.text("SELECT last_error FROM emails") == "no safe connection to the mail server")
            #expect(server.count("mail") == 0)
        }
    }
}

extension ScriptedServer {
    /// The setting for this server without TLS.
    fileprivate var plain: String { "smtp+plain://127.0.0.1:\(port)" }
}

extension Room {
    /// A paid sale, its receipt leased for a minute by a webhook that was killed.
    fileprivate func sell(_ number: Int = 1) async throws {
        _ = try await fixture.apply(fixture.sale("cs_\(number)"), fixture.entitlement(), event: "evt_\(number)")
    }

    /// How long the only mail waits, seen from so long after the sale.
    fileprivate func pause(after passed: Duration) async throws -> Duration {
        let due = try await fixture.pool.run(
            Statement<Instant>.row("SELECT next_attempt_at FROM emails") { row throws(PostgresFault) in
                try row.instant(0)
            })
        return due - (fixture.now + passed)
    }
}
