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
                    #expect(work.count == 2 && work.last == "resend_requests: 0 read, 1 written", "\(address)")
                    #expect(work.first?.hasPrefix("rate_limits: ") == true)
                    works.insert(work)
                }
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
            #expect(taken.reduce(0, +) == 7)
            #expect(try await fixture.outbox() == ["resend one@example.com pending", "resend two@example.com pending"])
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
