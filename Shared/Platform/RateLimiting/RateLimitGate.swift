package import Kernel
package import Postgres

/// The rate limit check of a statement: counters to which one request is added, all of them or none.
///
/// Its `parts` follow `WITH` in the statement, which uses two of them: `admitted` has a row if the request is admitted,
/// and `verdict` has one row with `admitted` and `arrivals`, for `read`. The work must depend on `EXISTS (SELECT FROM
/// admitted)`; then checking, counting and working are one statement.
///
/// Counters known before any lock decide first, so a refused request writes nothing and waits for no lock. The counters
/// of one that seems to fit are locked in the order of their keys, whether their rows exist or not, so that two
/// requests cannot deadlock; then the newest values decide. If another request was quicker, its row is given a time
/// that the table rejects: the whole statement fails with `isRace` and counts nothing, and a retry sees the new state.
///
/// A gate without limits admits every request; it is for requests that have been counted already.
///
/// After a clock was set back, stored times look far away. A time further ahead than twice the span cannot come from
/// any sequence of requests and is ignored, so a clock's fault never makes a caller wait longer than a span.
package struct RateLimitGate: Sendable {
    /// The counters in the order of their locks and results.
    package let limits: [RateLimit]
    /// The present.
    package let now: Instant

    /// Creates the check whether `limits` have room for one more request at `now`.
    package init(_ limits: [RateLimit], at now: Instant) {
        self.limits = limits.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        self.now = now
    }

    /// Reads the row of `verdict`, together with the work's output.
    ///
    /// - Parameter columns: the positions of `admitted` and `arrivals` in the row.
    package func read<Output>(
        _ row: borrowing Row, from column: Int = 0, _ output: (borrowing Row) throws(PostgresFault) -> Output
    ) throws(PostgresFault) -> RateLimited<Output> {
        let arrivals = try row.instants(column + 1)
        guard arrivals.count == limits.count else { throw .unexpectedAnswer("\(arrivals.count) rate limits") }
        let quotas = zip(limits, arrivals).map {
            RateLimitVerdict.Quota($0.policy, arrival: $1, at: now)
        }
        let isAdmitted = try row.bool(column)
        let verdict = RateLimitVerdict(isAdmitted: isAdmitted, quotas)
        return isAdmitted ? .admitted(try output(row), verdict) : .refused(verdict)
    }
}

/// The outcome of work behind a rate limit.
package enum RateLimited<Output: Sendable>: Sendable {
    /// The work was done.
    case admitted(Output, RateLimitVerdict)
    /// The caller was rate-limited; nothing was done.
    case refused(RateLimitVerdict)

    /// Returns the work's output and the verdict.
    ///
    /// - Throws: `.tooManyRequests` if the caller was rate-limited.
    package func get() throws(Refusal) -> (output: Output, verdict: RateLimitVerdict) {
        switch self {
        case .admitted(let output, let verdict): (output, verdict)
        case .refused(let verdict): throw .tooManyRequests(verdict)
        }
    }
}

extension PostgresFault {
    /// Whether another request took the slot that this one was about to take; see `RateLimitGate`.
    var isRace: Bool {
        guard case .server("23514", "rate_limits_finite", _) = self else { return false }
        return true
    }
}

extension RateLimitGate {
    /// Returns the gate's parts for a WITH clause; `span` is how far ahead of the present an arrival time may be.
    package var parts: SQL {
        if limits.isEmpty { return RateLimitGate.open }
        return """
            asked AS (
                SELECT a.key, a.step * interval '1 microsecond' AS step, a.span * interval '1 microsecond' AS span, a.now
                FROM (
                    SELECT unnest(\(limits.map { $0.key })::bytea[]) AS key,
                        unnest(\(limits.map { $0.policy.step.wholeMicroseconds })::bigint[]) AS step,
                        unnest(\(limits.map { $0.policy.span.wholeMicroseconds })::bigint[]) AS span,
                        \(now)::timestamptz AS now
                ) a
            ), known AS (
                SELECT key, step, span, now, COALESCE((
                    SELECT theoretical_arrival FROM rate_limits r
                    WHERE r.key = asked.key AND theoretical_arrival > now AND theoretical_arrival <= now + 2 * span
                ), now) AS arrival
                FROM asked
            ), spent AS (
                INSERT INTO rate_limits AS kept (key, theoretical_arrival)
                SELECT key, now + step FROM known
                WHERE NOT EXISTS (SELECT FROM known WHERE arrival + step > now + span)
                ORDER BY key
                ON CONFLICT (key) DO UPDATE SET theoretical_arrival = (
                    SELECT CASE
                        WHEN kept.theoretical_arrival <= now OR kept.theoretical_arrival > now + 2 * span THEN now + step
                        WHEN kept.theoretical_arrival + step <= now + span THEN kept.theoretical_arrival + step
                        ELSE 'infinity'
                    END
                    FROM asked WHERE asked.key = EXCLUDED.key
                )
                RETURNING key, theoretical_arrival
            ), verdict AS (
                SELECT count(spent.key) > 0 AS admitted,
                    array_agg(COALESCE(spent.theoretical_arrival, known.arrival) ORDER BY known.key) AS arrivals
                FROM known LEFT JOIN spent ON spent.key = known.key
            ), admitted AS (
                SELECT FROM verdict WHERE admitted
            )
            """
    }

    /// Returns a gate without limits.
    private static let open: SQL = """
        verdict AS (SELECT true AS admitted, ARRAY[]::timestamptz[] AS arrivals),
        admitted AS (SELECT FROM verdict WHERE admitted)
        """
}
