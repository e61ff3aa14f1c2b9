package import EventLoop
import JSON
package import Kernel
package import Log
package import Postgres

/// Runs statements behind rate limits.
@Loop
package final class RateLimiter {
    private let pool: Pool
    private let log: Log
    private var refusals = KnownRefusals()

    /// A limiter over the process's connections.
    package nonisolated init(_ pool: Pool, log: Log) {
        self.pool = pool
        self.log = log
    }

    /// Runs a statement that asks its gate itself: one round trip, one decision.
    ///
    /// - Throws: what the database says, and a fault that is worth another try when others were quicker each time.
    package func run<Output>(
        _ limits: [RateLimit], at now: Instant, _ statement: (RateLimitGate) -> Statement<RateLimited<Output>>
    ) async throws(PostgresFault) -> RateLimited<Output> {
        try await decided(limits, at: now) { gate throws(PostgresFault) in try await pool.run(statement(gate)) }
    }

    /// Runs a statement that only reads, behind its gate in the same transaction and round trip; what it read for a
    /// caller who is refused is thrown away.
    package func read<Output>(
        _ limits: [RateLimit], at now: Instant, _ statement: Statement<Output>
    ) async throws(PostgresFault) -> RateLimited<Output> {
        try await decided(limits, at: now) { gate throws(PostgresFault) in
            let (answer, output) = try await pool.run(RateLimitStatements.ask(gate), statement)
            switch answer {
            case .admitted(_, let verdict): return .admitted(output, verdict)
            case .refused(let verdict): return .refused(verdict)
            }
        }
    }

    /// The refusal that a request would meet, where that is known without asking the database.
    package func known(_ limits: [RateLimit], at now: Instant) -> RateLimitVerdict? {
        refusals.verdict(limits, at: now)
    }

    private func decided<Output>(
        _ limits: [RateLimit], at now: Instant,
        _ ask: (RateLimitGate) async throws(PostgresFault) -> RateLimited<Output>
    ) async throws(PostgresFault) -> RateLimited<Output> {
        if let verdict = known(limits, at: now) { return .refused(verdict) }
        let gate = RateLimitGate(limits, at: now)
        let answer = try await undisturbed { () throws(PostgresFault) in try await ask(gate) }
        if case .refused(let verdict) = answer { note(verdict, of: gate) }
        return answer
    }

    /// Asks again when another request was quicker: its place is taken now, so the next answer is a refusal unless yet
    /// another one came free and was taken meanwhile.
    private func undisturbed<Output>(
        _ ask: () async throws(PostgresFault) -> Output
    ) async throws(PostgresFault) -> Output {
        for _ in 1...3 {
            do throws(PostgresFault) { return try await ask() } catch { guard error.isRace else { throw error } }
        }
        // What Postgres calls a transaction that others got in the way of; the caller may try again at once.
        throw .server(state: "40001", constraint: "rate_limits_finite", message: "")
    }

    /// One line for a place that somebody waits for, however often they ask.
    private func note(_ verdict: RateLimitVerdict, of gate: RateLimitGate) {
        refusals.note(verdict, of: gate.limits, at: gate.now)
        log(
            .notice, "too many requests",
            [("policies", .array(verdict.standings.map { .string($0.policy.name) }))])
    }
}
