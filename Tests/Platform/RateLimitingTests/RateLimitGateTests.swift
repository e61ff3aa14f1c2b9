import EventLoop
import Kernel
import Pages
import Postgres
import RateLimiting
import Support
import Testing

@Suite("Rate limits", .freshDatabase)
struct RateLimitTests {
    @Test("decide as the algorithm's definition does, request by request, for random policies, keys and times")
    func definition() async throws {
        try await withCounter { counter in
            var random = SeededRandom(seed: .random(in: .min ... .max))
            // A key comes up every 11 s on average and is let in every 20 to 60 s, so that both verdicts are frequent
            // whatever the seed.
            let policies = (0..<4).map { index in
                let quota = random.upTo(6) + 1
                return RateLimitPolicy("p\(index)", quota: quota, in: .seconds(quota * (random.upTo(40) + 20)))
            }
            let keys = policies.flatMap { policy in (0..<3).map { RateLimit(policy, of: [UInt8($0)]) } }
            var model = RateLimitModel()
            for _ in 0..<1_500 {
                let limits = Array(Set(0..<keys.count).shuffled(using: &random).prefix(random.upTo(3) + 1))
                    .map { keys[$0] }
                counter.now = counter.now + .microseconds(random.upTo(4) == 0 ? 0 : random.upTo(6_000_000))
                // A clock that is set back, by seconds often enough and by hours now and then.
                if random.upTo(12) == 0 { counter.now = counter.now - .microseconds(random.upTo(60_000_000)) }
                if random.upTo(100) == 0 { counter.now = counter.now - .seconds(random.upTo(20_000)) }
                let verdict = try await counter.ask(limits)
                let expected = model.ask(limits, at: counter.now)
                try #require(verdict == expected, "seed \(random.seed)")
            }
            #expect(model.admitted > 50 && model.refused > 50, "seed \(random.seed)")
        }
    }

    @Test("of many at once let in exactly the quota, under every limit that they share", arguments: [1, 7, 30])
    func concurrent(quota: Int) async throws {
        try await withCounter(poolSize: 16) { counter throws in
            let shared = RateLimit(RateLimitPolicy("shared", quota: quota, in: .seconds(3600)), of: [0])
            // Each has one of eight other limits too; their keys lie on either side of the first.
            let wide = RateLimitPolicy("wide", quota: 1_000, in: .seconds(3600))
            let others = (0..<8).map { RateLimit(wide, of: [UInt8($0)]) }
            let requests = (0..<100).map { index in
                Loop.start { await counter.isAdmitted([shared, others[index % 8]]) }
            }
            var admitted = 0
            for request in requests { admitted += await request.value ? 1 : 0 }
            #expect(admitted == quota)
            // What was refused took nothing from the limits that would have let it in.
            #expect(try await counter.spent([shared]) == quota)
            #expect(try await counter.spent(others) == quota)
        }
    }

    @Test("a /48 gets 16 times what a /64 gets and a /56 4 times, however they spread, and its neighbours lose nothing")
    func networks() async throws {
        try await withCounter { counter in
            let (table, policy) = (RateLimitTable(), RateLimitPolicy("p", quota: 5, in: .seconds(3600)))
            @Loop func admitted(_ addresses: [String]) async throws -> Int {
                var count = 0
                for address in addresses {
                    count += try await counter.ask(table.limits(policy, address: address)).isAdmitted ? 1 : 0
                }
                return count
            }
            let counts = [
                try await admitted(Array(repeating: "2001:db8:1:100::1", count: 10)),
                try await admitted((0..<60).map { "2001:db8:1:1\(10 + $0)::1" }),
                try await admitted((0..<200).map { "2001:db8:1:\(String($0 + 2, radix: 16))00::1" }),
                try await admitted(["2001:db8:2:100::1", "203.0.113.7", "::ffff:203.0.113.8"]),
            ]
            #expect(counts == [5, 15, 60, 3])
        }
    }

    @Test("locks are taken in the order of the keys, so that two requests never wait for each other")
    func order() async throws {
        try await withCounter(poolSize: 2) { counter in
            let policy = RateLimitPolicy("p", quota: 100, in: .seconds(60))
            let limits = (0..<3).map { RateLimit(policy, of: [UInt8($0)]) }
            let keys = RateLimitGate(limits, at: counter.now).limits.map(\.key)
            #expect(try await counter.ask(limits).isAdmitted)
            for held in 0..<3 {
                let connection = try await Connection.open(try testDatabase())
                defer { connection.close() }
                let request = try await connection.transaction { connection throws(PostgresFault) in
                    _ = try await connection.run(Counter.lock(keys[held], "FOR UPDATE"))
                    let request = Loop.start { await counter.isAdmitted(limits.shuffled()) }
                    while try await !counter.someoneWaits() {}
                    // It has the keys before the one that it waits for, and none of those behind.
                    for other in 0..<3 where other != held {
                        let free = try await connection.run(Counter.lock(keys[other], "FOR UPDATE SKIP LOCKED"))
                        #expect((free == 1) == (other > held))
                    }
                    return request
                }
                #expect(await request.value)
            }
        }
    }

    @Test("many requests at once for the same few keys, new ones too, never end in a deadlock")
    func crowd() async throws {
        try await withCounter(poolSize: 16) { counter throws in
            let policy = RateLimitPolicy("p", quota: 10_000, in: .seconds(3600))
            for round in 0..<4 {
                let limits = (0..<4).map { RateLimit(policy, of: [UInt8(round), UInt8($0)]) }
                let requests = (0..<150).map { index in
                    Loop.start { await counter.isAdmitted(Array(limits.shuffled().prefix(index % 3 + 2))) }
                }
                for request in requests { #expect(await request.value) }
                #expect(try await counter.spent(limits) == 450)
            }
        }
    }

    @Test("a refusal by one limit takes nothing from another, and writes nothing at all")
    func refusalIsFree() async throws {
        try await withCounter { counter in
            let wide = RateLimit(RateLimitPolicy("wide", quota: 5, in: .seconds(60)), of: [1])
            let narrow = RateLimit(RateLimitPolicy("narrow", quota: 1, in: .seconds(60)), of: [2])
            #expect(try await counter.ask([wide, narrow]).isAdmitted)
            let rows = try await counter.rows()
            for _ in 0..<10 {
                let verdict = try await counter.ask([narrow, wide])
                #expect(!verdict.isAdmitted && verdict.quotas.map(\.policy) == [narrow.policy])
            }
            #expect(try await counter.rows() == rows)
            for remaining in [3, 2, 1, 0] {
                #expect(try await counter.ask([wide]).quotas.map(\.remaining) == [remaining])
            }
            #expect(try await !counter.ask([wide]).isAdmitted)
        }
    }

    @Test("who waits as long as the refusal says is let in, and who waits a moment less is not")
    func wait() async throws {
        try await withCounter { counter in
            let limits = [
                RateLimit(RateLimitPolicy("a", quota: 3, in: .seconds(60)), of: [1]),
                RateLimit(RateLimitPolicy("b", quota: 7, in: .seconds(11)), of: [2]),
            ]
            for _ in 0..<40 {
                let verdict = try await counter.ask(limits)
                if verdict.isAdmitted { continue }
                let refusedAt = counter.now
                counter.now = refusedAt + verdict.wait - .microseconds(1)
                #expect(try await !counter.ask(limits).isAdmitted)
                counter.now = refusedAt + verdict.wait
                #expect(try await counter.ask(limits).isAdmitted)
            }
        }
    }

    @Test("a clock that was set back locks nobody out for longer than a quota takes to come back")
    func clock() async throws {
        try await withCounter { counter in
            let limit = [RateLimit(RateLimitPolicy("a", quota: 3, in: .seconds(60)), of: [1])]
            let present = counter.now
            for back in [10, 59, 61, 119, 121, 3600, 86_400 * 365] {
                counter.now = present + .seconds(86_400 * 400)
                while try await counter.ask(limit).isAdmitted {}
                counter.now = counter.now - .seconds(back)
                let verdict = try await counter.ask(limit)
                #expect(verdict.isAdmitted || verdict.wait <= .seconds(80), "\(back) s")
                counter.now = counter.now + verdict.wait
                #expect(try await counter.ask(limit).isAdmitted, "\(back) s")
                try await counter.forgetAll()
            }
        }
    }

    @Test("what is over is removed in batches, what holds stays, and what is in use is passed by")
    func prune() async throws {
        try await withCounter { counter in
            let over = counter.now - .seconds(601)
            try await counter.write([
                over, over, over, over, counter.now - .seconds(599), counter.now + .seconds(60),
                counter.now + .seconds(8 * 86_400),
            ])
            let pool = counter.pool
            let first = try await pool.run(RateLimitStatements.prune(limit: 3, at: counter.now))
            #expect(first == 3)
            let connection = try await Connection.open(try testDatabase())
            defer { connection.close() }
            let now = counter.now
            try await connection.transaction { connection throws(PostgresFault) in
                let held = Statement<Int>.affected(
                    "SELECT FROM rate_limits WHERE theoretical_arrival = \(over) FOR UPDATE")
                _ = try await connection.run(held)
                let second = try await pool.run(RateLimitStatements.prune(limit: 100, at: now))
                #expect(second == 1)
            }
            let third = try await RateLimitStatements.pruneAll(on: pool, at: counter.now)
            #expect(third == 1)
            #expect(try await counter.rows().count == 2)
        }
    }

    @Test("neither addresses nor tokens stand in the table")
    func clear() async throws {
        try await withCounter { counter in
            let table = RateLimitTable()
            let limits =
                table.limits(RateLimitPolicy("by-address", quota: 1, in: .seconds(1)), address: "203.0.113.7") + [
                    table.limit(
                        RateLimitPolicy("by-mailbox", quota: 1, in: .seconds(1)), of: "buyer@example.com".utf8)
                ]
            _ = try await counter.ask(limits)
            let dump = Statement<String>.row(
                "SELECT string_agg(encode(key, 'escape') || length(key)::text, ' ') FROM rate_limits"
            ) { row throws(PostgresFault) in try row.text(0) }
            let text = try await counter.pool.run(dump)
            #expect(!text.contains("buyer") && !text.contains("203.0") && text.hasSuffix("32"))
        }
    }
}
