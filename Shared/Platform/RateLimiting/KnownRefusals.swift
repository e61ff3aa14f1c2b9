import Kernel

/// Callers refused a moment ago, so that a flood costs one query for each slot that comes free, not one for each
/// request.
///
/// It is exact, since a count only grows: until then the database could return nothing else.
struct KnownRefusals {
    /// The maximum number remembered; the database is queried for the rest.
    static let limit = 4_096

    private var ends: [[UInt8]: Instant] = [:]

    /// Returns the refusal that the database would return; `nil` if only a query can tell.
    func verdict(_ limits: [RateLimit], at now: Instant) -> RateLimitVerdict? {
        guard !ends.isEmpty else { return nil }
        let quotas = limits.compactMap { limit -> RateLimitVerdict.Quota? in
            guard let end = ends[limit.key], now < end, end - now <= limit.policy.span + limit.policy.step else {
                return nil
            }
            let room = limit.policy.span - limit.policy.step
            return RateLimitVerdict.Quota(limit.policy, arrival: end + room, at: now)
        }
        return quotas.isEmpty ? nil : RateLimitVerdict(refusedBy: quotas, of: limits.map(\.policy))
    }

    /// Remembers the quotas that the database refused at `now`.
    mutating func note(_ verdict: RateLimitVerdict, of limits: [RateLimit], at now: Instant) {
        if ends.count >= KnownRefusals.limit { ends = ends.filter { now < $0.value } }
        guard ends.count < KnownRefusals.limit else { return }
        for quota in verdict.quotas {
            guard let limit = limits.first(where: { $0.policy == quota.policy }) else { continue }
            ends[limit.key] = now + quota.wait
        }
    }
}
