/// Whether a request was let in, and how its caller stands since.
package struct RateLimitVerdict: Equatable, Sendable {
    /// How a caller stands under one policy.
    package struct Standing: Equatable, Sendable {
        /// The policy.
        package let policy: RateLimitPolicy
        /// How many requests may still come at once.
        package let remaining: Int
        /// How long until it is one more; zero when the quota is whole.
        package let wait: Duration

        /// The standing at `now` of a caller whose theoretical arrival time is `arrival`.
        package init(_ policy: RateLimitPolicy, arrival: Instant, at now: Instant) {
            let step = policy.step.wholeMicroseconds
            let room = policy.span.wholeMicroseconds - max(0, (arrival - now).wholeMicroseconds)
            let remaining = max(0, room / step)
            self.policy = policy
            self.remaining = Int(remaining)
            wait = remaining >= Int64(policy.quota) ? .zero : .microseconds((remaining + 1) * step - room)
        }
    }

    /// Every policy that was asked.
    package let policies: [RateLimitPolicy]
    /// How the caller stands under each policy; of a refusal, under those alone that refused.
    package let standings: [Standing]
    /// Whether the request was let in.
    package let isAdmitted: Bool

    /// The verdict of policies that were all asked.
    package init(isAdmitted: Bool, _ standings: [Standing]) {
        self.init(isAdmitted: isAdmitted, standings.map(\.policy), standings)
    }

    /// A refusal by some of `policies`, the others not having been asked.
    package init(refusedBy standings: [Standing], of policies: [RateLimitPolicy]) {
        self.init(isAdmitted: false, policies, standings)
    }

    private init(isAdmitted: Bool, _ policies: [RateLimitPolicy], _ standings: [Standing]) {
        self.isAdmitted = isAdmitted
        self.policies = policies
        self.standings = isAdmitted ? standings : standings.filter { $0.remaining == 0 }
    }

    /// How long a refused caller has to wait until a request would be let in.
    package var wait: Duration { isAdmitted ? .zero : standings.map(\.wait).max() ?? .zero }
}

extension Duration {
    /// Whole seconds, a part of one counted as one: what `Retry-After` can say without saying too little.
    package var wholeSecondsRoundedUp: Int {
        Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0)
    }
}
