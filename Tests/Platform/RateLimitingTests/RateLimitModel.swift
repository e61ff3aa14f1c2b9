import EventLoop
import Kernel
import Log
import Postgres
import RateLimiting
import Support
import Testing

/// The algorithm by its definition: a theoretical arrival time for each key, and all limits or none.
struct RateLimitModel {
    private var arrivals: [[UInt8]: Instant] = [:]
    private(set) var admitted = 0
    private(set) var refused = 0

    mutating func ask(_ limits: [RateLimit], at now: Instant) -> RateLimitVerdict {
        let sorted = limits.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        var known: [Instant] = sorted.map { limit in
            guard let arrival = arrivals[limit.key], arrival > now else { return now }
            return arrival - now > limit.policy.span * 2 ? now : arrival
        }
        let fits = zip(sorted, known).allSatisfy { $1 - now + $0.policy.step <= $0.policy.span }
        if fits {
            for index in sorted.indices {
                known[index] = known[index] + sorted[index].policy.step
                arrivals[sorted[index].key] = known[index]
            }
        }
        if fits { admitted += 1 } else { refused += 1 }
        return RateLimitVerdict(
            isAdmitted: fits, zip(sorted, known).map { .init($0.policy, arrival: $1, at: now) })
    }
}

/// The statement over a database of its own, under the role of a function; nothing is remembered between questions.
@Loop
final class Counter: Closable {
    let pool: Pool
    var now = Instant(unixSeconds: 1_795_201_140)

    init(poolSize: Int = 4) async throws {
        var settings = try testDatabase()
        try await migrate(settings)
        (settings.poolSize, settings.queueLimit) = (poolSize, 1_000)
        pool = Pool(settings, log: silentLog)
    }

    func ask(_ limits: [RateLimit]) async throws -> RateLimitVerdict {
        let answer = try await RateLimiter(pool, log: silentLog).run(limits, at: now, RateLimitStatements.count)
        switch answer {
        case .admitted(_, let verdict), .refused(let verdict): return verdict
        }
    }

    /// Whether a request is let in; a fault fails the test.
    func isAdmitted(_ limits: [RateLimit]) async -> Bool {
        do { return try await ask(limits).isAdmitted } catch {
            Issue.record(error)
            return false
        }
    }

    /// Every row as the server keeps it, its place and the transaction that wrote it included.
    func rows() async throws -> [String] {
        try await pool.run(
            Statement<[String]>.rows(
                "SELECT concat_ws(' ', ctid, xmin, key, theoretical_arrival) FROM rate_limits ORDER BY 1"
            ) { row throws(PostgresFault) in try row.text(0) })
    }

    /// How many requests the limits have counted, all together, `now` being the time of them all.
    func spent(_ limits: [RateLimit]) async throws -> Int {
        var count = 0
        for limit in limits {
            let arrival = Statement<Instant?>.optionalRow(
                "SELECT theoretical_arrival FROM rate_limits WHERE key = \(limit.key)"
            ) { row throws(PostgresFault) in try row.instant(0) }
            guard let arrival = try await pool.run(arrival) else { continue }
            count += Int((arrival - now).wholeMicroseconds / limit.policy.step.wholeMicroseconds)
        }
        return count
    }

    /// Takes one key's row as a transaction does that writes it; 0 when it cannot be had.
    nonisolated static func lock(_ key: [UInt8], _ how: SQL) -> Statement<Int> {
        .affected("SELECT FROM rate_limits WHERE key = \(key) \(how)")
    }

    /// Whether a connection to this database waits for a lock.
    func someoneWaits() async throws(PostgresFault) -> Bool {
        try await pool.run(
            Statement<Bool>.row(
                """
                SELECT EXISTS (
                    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                )
                """
            ) { row throws(PostgresFault) in try row.bool(0) })
    }

    func write(_ arrivals: [Instant]) async throws {
        for (index, arrival) in arrivals.enumerated() {
            let key = [UInt8(index)]
            _ = try await pool.run(Statement<Int>.affected("INSERT INTO rate_limits VALUES (\(key), \(arrival))"))
        }
    }

    func forgetAll() async throws { _ = try await pool.run(Statement<Int>.affected("DELETE FROM rate_limits")) }

    func close() { pool.close() }
}

/// Runs `body` on the event loop with a counter of its own.
func withCounter(
    poolSize: Int = 4, _ body: @escaping @Loop @Sendable (Counter) async throws -> Void
) async throws {
    try await withOpen({ try await Counter(poolSize: poolSize) }, body)
}

/// Random numbers that can be had again.
struct SeededRandom: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From 0 to one less than `bound`.
    mutating func upTo(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}
