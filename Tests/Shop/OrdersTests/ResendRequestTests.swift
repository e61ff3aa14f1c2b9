import Audit
import EventLoop
import Kernel
import Limits
import Orders
import Postgres
import RateLimiting
import Support
import Testing

@Suite("Request for a lost mail", .freshDatabase)
struct ResendRequestTests {
    @Test("is the same work for every address: its limits, and one row in one table; no other table is looked at")
    func sameWork() async throws {
        try await withFixture { fixture in
            _ = try await fixture.buy("cs_1")
            _ = try await fixture.buy("cs_12", email: "closed@example.com")
            try await fixture.run(
                """
                UPDATE licenses SET status = 'revoked' FROM orders o
                WHERE o.id = order_id AND o.email = 'closed@example.com'
                """)
            // The second time an address is asked for, its limit has a row.
            for _ in 0..<2 {
                var works: Set<[String]> = []
                for address in ["Buyer@example.com", "closed@example.com", "second@example.com", "nobody@example.com"] {
                    let work = try await fixture.work(of: address)
                    #expect(
                        work.count == 2 && work.last?.hasPrefix("resend_requests: ") == true
                            && work.last?.hasSuffix(" 1 written") == true, "\(address)")
                    #expect(work.first?.hasPrefix("rate_limits: ") == true)
                    works.insert(work)
                }
                try await fixture.run("DELETE FROM resend_requests")
                #expect(works.count == 1, "\(works)")
            }
        }
    }

    @Test("becomes one mail for each customer with an active license, however many requests there were")
    func taken() async throws {
        try await withFixture { fixture in
            _ = try await fixture.buy("cs_1", email: "one@example.com")
            _ = try await fixture.buy("cs_12", email: "two@example.com")
            _ = try await fixture.buy("cs_123", email: "closed@example.com")
            try await fixture.run(
                """
                UPDATE licenses SET status = 'revoked' FROM orders o
                WHERE o.id = order_id AND o.email = 'closed@example.com'
                """)
            try await fixture.run("DELETE FROM emails")
            for address in ["one", "ONE", "two", "nobody", "closed", "two", "one"] {
                try await fixture.requestResend("\(address)@example.com")
            }
            let takers = (0..<4).map { _ in
                Loop.start { () async -> Int? in
                    try? await fixture.pool.run(ResendStatements.process(limit: 100, at: fixture.now))
                }
            }
            var taken: [Int] = []
            for taker in takers { taken.append(try #require(await taker.value)) }
            #expect(taken.reduce(0, +) == 4)
            #expect(try await fixture.outbox() == ["resend one@example.com pending", "resend two@example.com pending"])
        }
    }

    @Test("for an address that waits already adds nothing, however it is written")
    func collapsed() async throws {
        try await withFixture { fixture in
            for address in ["one", "ONE", "two", "one", "One"] {
                try await fixture.requestResend("\(address)@example.com")
            }
            let waiting = "SELECT string_agg(email, ' ' ORDER BY email) FROM resend_requests" as SQL
            #expect(try await fixture.text(waiting) == "one@example.com two@example.com")
        }
    }

    @Test("is refused while 20,000 wait, with the role of the order's page, and taken again when one has gone")
    func full() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            try await fixture.run(
                """
                INSERT INTO resend_requests (id, email, requested_at)
                SELECT gen_random_uuid(), n || '@example.com', now() FROM generate_series(1, 20000) n
                """)
            let email = try #require(EmailAddress("buyer@example.com"))
            let record = ResendStatements.record(for: email, at: fixture.now, behind: .roomy(at: fixture.now))
            guard case .refused(let verdict) = try await pool.run(record) else {
                Issue.record("admitted")
                return
            }
            #expect(verdict.wait > .zero && verdict.policies.map(\.name) == ["resend-queue"])
            try await fixture.run("DELETE FROM resend_requests WHERE email = '1@example.com'")
            guard case .admitted = try await pool.run(record) else {
                Issue.record("refused")
                return
            }
            #expect(try await fixture.text("SELECT count(*)::text FROM resend_requests") == "20000")
        }
    }

    @Test("is taken oldest first, a bounded number at a time, and gone then")
    func bounded() async throws {
        try await withFixture { fixture in
            for number in 0..<5 {
                try await fixture.requestResend("nobody\(number)@example.com", after: .seconds(number))
            }
            for expected in [(2, "2 3 4"), (2, "4"), (1, ""), (0, "")] {
                let taken = try await fixture.pool.run(ResendStatements.process(limit: 2, at: fixture.now))
                let left = try await fixture.text(
                    "SELECT COALESCE(string_agg(substr(email, 7, 1), ' ' ORDER BY id), '') FROM resend_requests")
                #expect(taken == expected.0 && left == expected.1)
            }
        }
    }

    @Test("does not wait for a correction of the order, which in turn may wait for it: no deadlock")
    func besideCorrection() async throws {
        try await withFixture { fixture in
            let order = try await fixture.buy("cs_1")
            try await fixture.requestResend("buyer@example.com")
            let (correction, resends) = (
                try await Connection.open(testDatabase()), try await Connection.open(testDatabase())
            )
            defer {
                correction.close()
                resends.close()
            }
            try await resends.execute(script: "SET lock_timeout = '5s'")
            let email = try #require(EmailAddress("right@example.com"))
            try await correction.execute(script: "BEGIN")
            let corrected = try await correction.run(
                CorrectionStatements.correctEmail(
                    of: order, to: email, nil, CorrectionMails(at: fixture.now),
                    by: AuditContext(.customer, from: "203.0.113.0", at: fixture.now)))
            guard case .corrected = corrected else {
                Issue.record("not corrected")
                return
            }
            #expect(try await resends.run(ResendStatements.process(limit: 100, at: fixture.now)) == 1)
            try await correction.execute(script: "COMMIT")
            #expect(try await fixture.outbox().contains("resend Buyer@example.com pending"))
        }
    }

    @Test("locks customers in the order of their IDs, however they are asked for")
    func lockOrder() async throws {
        try await withFixture { fixture in
            for (session, name) in [("cs_1", "one"), ("cs_12", "two"), ("cs_123", "three")] {
                _ = try await fixture.buy(session, email: "\(name)@example.com")
            }
            for name in ["three", "one", "two"] { try await fixture.requestResend("\(name)@example.com") }
            let first = try await Connection.open(testDatabase())
            let resends = try await Connection.open(testDatabase())
            defer {
                first.close()
                resends.close()
            }
            // While the customer with the lowest ID is taken, none behind it may be locked.
            try await first.execute(script: "BEGIN; SELECT id FROM customers ORDER BY id LIMIT 1 FOR UPDATE")
            let round = Loop.start { () async -> Int? in
                try? await resends.run(ResendStatements.process(limit: 100, at: fixture.now))
            }
            let waiting = "SELECT count(*)::text FROM pg_locks WHERE NOT granted" as SQL
            while try await fixture.text(waiting) == "0" {}
            let isFree = try await fixture.text(
                "SELECT count(*)::text FROM (SELECT id FROM customers FOR UPDATE SKIP LOCKED) free")
            #expect(isFree == "2")
            try await first.execute(script: "ROLLBACK")
            #expect(await round.value == 3)
        }
    }

    @Test("waits behind the pause of ten minutes, customer by customer")
    func pause() async throws {
        try await withFixture { fixture in
            _ = try await fixture.buy("cs_1", email: "one@example.com")
            _ = try await fixture.buy("cs_12", email: "two@example.com")
            try await fixture.run("DELETE FROM emails")
            for (passed, address, mails) in [(0, "one", 1), (599, "one", 1), (599, "two", 2), (600, "one", 3)] {
                try await fixture.requestResend("\(address)@example.com")
                _ = try await fixture.pool.run(
                    ResendStatements.process(limit: 100, at: fixture.now + .seconds(passed)))
                #expect(try await fixture.outbox().count == mails)
            }
        }
    }
}

extension Fixture {
    /// Records the request of somebody who enters an address.
    func requestResend(_ email: String, after passed: Duration = .zero) async throws {
        let moment = now + passed
        _ = try await pool.run(
            ResendStatements.record(for: try #require(EmailAddress(email)), at: moment, behind: .roomy(at: moment)))
    }

    /// What Postgres counts of one request's transaction, table by table, on a connection that did nothing before.
    func work(of email: String) async throws -> [String] {
        let pool = Pool(try testDatabase(), log: silentLog)
        defer { pool.close() }
        let email = try #require(EmailAddress(email))
        let limit = RateLimitTable().limit(.resendMailbox, of: email.text.utf8)
        return try await pool.run(
            ResendStatements.record(for: email, at: now, behind: RateLimitGate([limit], at: now)),
            Statement<[String]>.rows(
                """
                SELECT format('%s: %s read, %s written', relname, seq_scan + COALESCE(idx_scan, 0),
                    n_tup_ins + n_tup_upd + n_tup_del)
                FROM pg_stat_xact_user_tables
                WHERE seq_scan + COALESCE(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY relname
                """
            ) { row throws(PostgresFault) in try row.text(0) }
        ).1
    }
}
