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

    /// Creates a limiter over the process's connections.
    package nonisolated init(_ pool: Pool, log: Log) {
        self.pool = pool
        self.log = log
    }

    /// Runs a statement that includes its gate: one round trip, one decision.
    ///
    /// - Throws: the database's fault; one that is worth a retry if other requests were quicker each time.
    package func run<Output>(
        _ limits: [RateLimit], at now: Instant, _ statement: (RateLimitGate) -> Statement<RateLimited<Output>>
    ) async throws(PostgresFault) -> RateLimited<Output> {
        try await decided(limits, at: now) { gate throws(PostgresFault) in try await pool.run(statement(gate)) }
    }

    /// Runs a statement that only reads, after its gate in the same transaction and round trip.
    ///
    /// For a refused caller the statement's output is discarded.
    package func read<Output>(
        _ limits: [RateLimit], at now: Instant, _ statement: Statement<Output>
    ) async throws(PostgresFault) -> RateLimited<Output> {
        try await decided(limits, at: now) { gate throws(PostgresFault) in
            let (answer, output) = try await pool.run(RateLimitStatements.count(gate), statement)
            switch answer {
            case .admitted(_, let verdict): return .admitted(output, verdict)
            case .refused(let verdict): return .refused(verdict)
            }
        }
    }

    /// Returns the refusal of a request if it is known without a query; `nil` otherwise.
    package func known(_ limits: [RateLimit], at now: Instant) -> RateLimitVerdict? {
        refusals.verdict(limits, at: now)
    }

    private func decided<Output>(
        _ limits: [RateLimit], at now: Instant,
        _ run: (RateLimitGate) async throws(PostgresFault) -> RateLimited<Output>
    ) async throws(PostgresFault) -> RateLimited<Output> {
        if let verdict = known(limits, at: now) { return .refused(verdict) }
        let gate = RateLimitGate(limits, at: now)
        let answer = try await undisturbed { () throws(PostgresFault) in try await run(gate) }
        if case .refused(let verdict) = answer { note(verdict, of: gate) }
        return answer
    }

    /// Retries when another request was quicker: its slot is taken then, so the retry is refused unless yet another
    /// slot came free and was taken meanwhile.
    private func undisturbed<Output>(
        _ run: () async throws(PostgresFault) -> Output
    ) async throws(PostgresFault) -> Output {
        for _ in 1...3 {
            do throws(PostgresFault) { return try await run() } catch { guard error.isRace else { throw error } }
        }
        // The SQLSTATE of a serialization failure; the caller may retry at once.
        throw .server(state: "40001", constraint: "rate_limits_finite", message: "")
    }

    /// Logs one line for each slot that comes free, however often callers retry.
    private func note(_ verdict: RateLimitVerdict, of gate: RateLimitGate) {
        refusals.note(verdict, of: gate.limits, at: gate.now)
        log(
            .notice, "too many requests",
            [("policies", .array(verdict.quotas.map { .string($0.policy.name) }))])
    }
}
