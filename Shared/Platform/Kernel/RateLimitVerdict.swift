/// Whether a request was admitted, and the caller's quota after it.
package struct RateLimitVerdict: Equatable, Sendable {
    /// A caller's quota under one policy.
    package struct Quota: Equatable, Sendable {
        /// The policy.
        package let policy: RateLimitPolicy
        /// The number of requests the caller may still send at once.
        package let remaining: Int
        /// The time until one more refills; zero if the quota is full.
        package let wait: Duration

        /// Computes the quota at `now` of a caller with the theoretical arrival time `arrival`.
        package init(_ policy: RateLimitPolicy, arrival: Instant, at now: Instant) {
            let step = policy.step.wholeMicroseconds
            let room = policy.span.wholeMicroseconds - max(0, (arrival - now).wholeMicroseconds)
            let remaining = max(0, room / step)
            self.policy = policy
            self.remaining = Int(remaining)
            wait = remaining >= Int64(policy.quota) ? .zero : .microseconds((remaining + 1) * step - room)
        }
    }

    /// All policies that apply to the request.
    package let policies: [RateLimitPolicy]
    /// The caller's quota under each policy; for a refusal, only under those that refused.
    package let quotas: [Quota]
    /// Whether the request was admitted.
    package let isAdmitted: Bool

    /// Creates the verdict of policies that were all evaluated.
    package init(isAdmitted: Bool, _ quotas: [Quota]) {
        self.init(isAdmitted: isAdmitted, quotas.map(\.policy), quotas)
    }

    /// Creates a refusal by some of `policies`; the others were not evaluated.
    package init(refusedBy quotas: [Quota], of policies: [RateLimitPolicy]) {
        self.init(isAdmitted: false, policies, quotas)
    }

    private init(isAdmitted: Bool, _ policies: [RateLimitPolicy], _ quotas: [Quota]) {
        self.isAdmitted = isAdmitted
        self.policies = policies
        self.quotas = isAdmitted ? quotas : quotas.filter { $0.remaining == 0 }
    }

    /// How long a refused caller must wait until a request would be admitted.
    package var wait: Duration { isAdmitted ? .zero : quotas.map(\.wait).max() ?? .zero }
}

extension Duration {
    /// Whole seconds, rounded up, so that `Retry-After` is never too early.
    package var wholeSecondsRoundedUp: Int {
        Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0)
    }
}
