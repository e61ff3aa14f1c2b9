import EventLoop
import Kernel
import Log
import Pages
import Postgres
import RateLimiting
import Support
import Testing

@Suite("Rate limiter", .freshDatabase)
struct RateLimiterTests {
    private let now = Instant(unixSeconds: 1_795_201_140)
    private let policy = RateLimitPolicy("narrow", quota: 1, in: .seconds(60))

    @Test("remembers whom it refused, and until when, without asking the database or writing another line")
    func remembers() async throws {
        try await onLoop {
            let (pool, log) = (try await openPool(), CapturedLog())
            let limiter = RateLimiter(pool, log: log.log)
            let limit = [RateLimit(policy, of: [1])]
            let first = try await limiter.run(limit, at: now, RateLimitStatements.count)
            #expect(try first.get().verdict.isAdmitted)
            for second in 0..<60 {
                let present = now + .seconds(second)
                let answer = try await limiter.run(limit, at: present, RateLimitStatements.count)
                let expected = RateLimitVerdict.Quota(policy, arrival: now + .seconds(60), at: present)
                #expect(throws: Refusal.tooManyRequests(.init(isAdmitted: false, [expected]))) { try answer.get() }
                if second == 0 { pool.close() }
            }
            #expect(log.text.split(separator: "too many requests").count == 2)
            await #expect(throws: PostgresFault.self) {
                _ = try await limiter.run(limit, at: now + .seconds(60), RateLimitStatements.count)
            }
        }
    }

    @Test("a caller who is refused by one limit is known to be, whatever else is asked with it; others are asked about")
    func others() async throws {
        try await withOpen(openPool) { pool in
            let limiter = RateLimiter(pool, log: silentLog)
            let (hasty, calm) = (RateLimit(policy, of: [1]), RateLimit(policy, of: [2]))
            for _ in 0..<2 { _ = try await limiter.run([hasty], at: now, RateLimitStatements.count) }
            #expect(limiter.known([calm, hasty], at: now)?.quotas.count == 1)
            #expect(limiter.known([calm, hasty], at: now)?.policies.count == 2)
            #expect(limiter.known([calm], at: now) == nil)
            // A clock that was set back knows nothing.
            #expect(limiter.known([hasty], at: now - .seconds(200)) == nil)
        }
    }

    @Test("a read behind a limit gives nothing to a caller who is refused")
    func read() async throws {
        try await withOpen(openPool) { pool in
            let one = Statement<Int64>.row("SELECT 1::bigint") { row throws(PostgresFault) in try row.integer(0) }
            let limit = [RateLimit(policy, of: [1])]
            let first = try await RateLimiter(pool, log: silentLog).read(limit, at: now, one)
            #expect(try first.get().output == 1)
            let second = try await RateLimiter(pool, log: silentLog).read(limit, at: now, one)
            #expect(throws: Refusal.self) { try second.get() }
        }
    }

    @Test("work whose statement fails counts nothing")
    func failedWork() async throws {
        try await withOpen(openPool) { pool in
            let limiter = RateLimiter(pool, log: silentLog)
            let limit = [RateLimit(policy, of: [1])]
            let broken = Statement<Int>.affected("SELECT 1 / (SELECT count(*) FROM rate_limits WHERE key IS NULL)")
            for _ in 0..<3 {
                await #expect(throws: PostgresFault.self) { _ = try await limiter.read(limit, at: now, broken) }
            }
            let answer = try await limiter.run(limit, at: now, RateLimitStatements.count)
            #expect(try answer.get().verdict.isAdmitted)
        }
    }
}

@Loop
private func openPool() async throws -> Pool {
    let settings = try testDatabase()
    try await migrate(settings)
    return Pool(settings, log: silentLog)
}
