package import Kernel
package import Postgres

/// What a statement asks before it does its work: counts that one request is added to, all of them or none.
///
/// Its `parts` stand behind `WITH` in the statement; two of them matter to it: `admitted` has a row
/// when the request was let in, and `verdict` has one row, `admitted` and `arrivals`, for `read`. Work belongs behind
/// `EXISTS (SELECT FROM admitted)`; then deciding, counting and working are one statement.
///
/// What is known before any lock decides first, so a refused request writes nothing and waits for nobody. The counts of
/// one that seems to fit are locked in the order of their keys, whether their rows exist or not, so that two requests
/// can never wait for each other; there the newest value decides. Where another request was quicker, its row is given a
/// time that the table does not take: the whole statement ends with `isRace` and counts nothing, and asked again finds
/// out how things stand.
///
/// A gate without limits lets everybody in, for what was counted before.
///
/// A clock that was set back makes times look far away. What lies further ahead than twice the span cannot come of any
/// order of requests and is as good as nothing, so nobody waits longer than a span for a clock's fault.
package struct RateLimitGate: Sendable {
    /// The counts in the order they are locked and answered.
    package let limits: [RateLimit]
    /// The present.
    package let now: Instant

    /// Asks whether `limits` leave room for one more request at `now`.
    package init(_ limits: [RateLimit], at now: Instant) {
        self.limits = limits.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        self.now = now
    }

    /// What `verdict`'s row says, with what the work gave.
    ///
    /// - Parameter columns: where `admitted` and `arrivals` stand in the row.
    package func read<Output>(
        _ row: borrowing Row, from column: Int = 0, _ output: (borrowing Row) throws(PostgresFault) -> Output
    ) throws(PostgresFault) -> RateLimited<Output> {
        let arrivals = try row.instants(column + 1)
        guard arrivals.count == limits.count else { throw .unexpectedAnswer("\(arrivals.count) rate limits") }
        let standings = zip(limits, arrivals).map {
            RateLimitVerdict.Standing($0.policy, arrival: $1, at: now)
        }
        let isAdmitted = try row.bool(column)
        let verdict = RateLimitVerdict(isAdmitted: isAdmitted, standings)
        return isAdmitted ? .admitted(try output(row), verdict) : .refused(verdict)
    }
}

/// What became of work behind a rate limit.
package enum RateLimited<Output: Sendable>: Sendable {
    /// The work was done.
    case admitted(Output, RateLimitVerdict)
    /// The caller came too often; nothing was done.
    case refused(RateLimitVerdict)

    /// What the work gave, and how the caller stands.
    ///
    /// - Throws: `.tooManyRequests` when it was not done.
    package func get() throws(Refusal) -> (output: Output, verdict: RateLimitVerdict) {
        switch self {
        case .admitted(let output, let verdict): (output, verdict)
        case .refused(let verdict): throw .tooManyRequests(verdict)
        }
    }
}

extension PostgresFault {
    /// Whether another request took the place that this one was about to take; see `RateLimitGate`.
    var isRace: Bool {
        guard case .server("23514", "rate_limits_finite", _) = self else { return false }
        return true
    }
}

extension RateLimitGate {
    /// The gate's parts for a WITH clause, in which `span` is how far ahead of the present an arrival time may lie.
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

    /// A gate without limits.
    private static let open: SQL = """
        verdict AS (SELECT true AS admitted, ARRAY[]::timestamptz[] AS arrivals),
        admitted AS (SELECT FROM verdict WHERE admitted)
        """
}
