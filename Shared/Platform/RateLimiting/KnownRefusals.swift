import Kernel

/// Who was refused a moment ago and until when, so that a flood costs the database one question for each place that
/// comes free and not one for each request.
///
/// Exact, since a count only grows: before its time is over the database could say nothing else.
struct KnownRefusals {
    /// How many are remembered at most; what does not fit is asked for.
    static let limit = 4_096

    private var ends: [[UInt8]: Instant] = [:]

    /// The refusal that the database would give, if it can be told without asking.
    func verdict(_ limits: [RateLimit], at now: Instant) -> RateLimitVerdict? {
        guard !ends.isEmpty else { return nil }
        let standings = limits.compactMap { limit -> RateLimitVerdict.Standing? in
            guard let end = ends[limit.key], now < end, end - now <= limit.policy.span + limit.policy.step else {
                return nil
            }
            let room = limit.policy.span - limit.policy.step
            return RateLimitVerdict.Standing(limit.policy, arrival: end + room, at: now)
        }
        return standings.isEmpty ? nil : RateLimitVerdict(refusedBy: standings, of: limits.map(\.policy))
    }

    /// Remembers what the database refused at `now`; `true` when it is news.
    mutating func note(_ verdict: RateLimitVerdict, of limits: [RateLimit], at now: Instant) {
        if ends.count >= KnownRefusals.limit { ends = ends.filter { now < $0.value } }
        guard ends.count < KnownRefusals.limit else { return }
        for standing in verdict.standings {
            guard let limit = limits.first(where: { $0.policy == standing.policy }) else { continue }
            ends[limit.key] = now + standing.wait
        }
    }
}
