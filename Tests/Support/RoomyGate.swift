package import Kernel
package import RateLimiting

extension RateLimitGate {
    /// A rate limit too high to matter, for tests about something else.
    package static func roomy(at now: Instant) -> RateLimitGate {
        let policy = RateLimitPolicy("roomy", quota: 1_000_000, in: .seconds(60))
        return RateLimitGate([RateLimit(policy, of: [UInt8]())], at: now)
    }
}

extension RateLimitVerdict {
    /// A refusal whose caller must wait for `wait`.
    package static func refusal(for wait: Duration, by name: String = "some-address") -> RateLimitVerdict {
        let policy = RateLimitPolicy(name, quota: 1, in: wait)
        let now = Instant(unixSeconds: 0)
        return RateLimitVerdict(isAdmitted: false, [Quota(policy, arrival: now + policy.span, at: now)])
    }
}
