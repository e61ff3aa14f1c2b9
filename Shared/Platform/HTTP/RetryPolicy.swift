internal import Kernel

/// What an answer says about trying again.
package struct RetryAdvice: Equatable, Sendable {
    /// Whether a later try may succeed.
    package let isWorthwhile: Bool
    /// How long to wait at least.
    package let wait: Duration?

    /// Nothing was heard at all: the connection failed or the time was up.
    package static let unanswered = RetryAdvice(isWorthwhile: true, wait: nil)

    /// Takes the parts as they are.
    package init(isWorthwhile: Bool, wait: Duration?) {
        self.isWorthwhile = isWorthwhile
        self.wait = wait
    }

    /// What `Retry-After` asks for, where it does so in seconds (RFC 9110 section 10.2.3).
    package static func wait(_ fields: Fields) -> Duration? {
        fields["Retry-After"].flatMap { UInt32($0) }.map { .seconds(Int64($0)) }
    }
}

/// How often and after what wait a call is made again.
package struct RetryPolicy: Equatable, Sendable {
    /// Calls in all, the first included.
    package let attempts: Int
    /// The longest first wait; each later one may be twice as long.
    package let base: Duration
    /// No wait is longer; an answer that asks for more ends the trying, and whoever called comes back later.
    package let limit: Duration

    /// Three calls within a few seconds, short enough for someone who is waiting.
    package static let interactive = RetryPolicy(attempts: 3, base: .milliseconds(200), limit: .seconds(2))

    /// Five calls within a minute at most, for work that nobody waits for.
    package static let background = RetryPolicy(attempts: 5, base: .milliseconds(500), limit: .seconds(20))

    /// Takes the parts as they are.
    package init(attempts: Int, base: Duration, limit: Duration) {
        self.attempts = attempts
        self.base = base
        self.limit = limit
    }

    /// The wait before the next call after `attempt` calls, or `nil` when there shall be none.
    ///
    /// Full jitter: `random` picks evenly between nothing and the exponential bound, but never less than the answer
    /// asked for. Source: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
    package func wait(afterAttempt attempt: Int, _ advice: RetryAdvice, random: UInt64) -> Duration? {
        guard advice.isWorthwhile, attempt < attempts else { return nil }
        let asked = advice.wait ?? .zero
        guard asked <= limit else { return nil }
        let bound = min(limit, base * (1 << min(max(attempt - 1, 0), 20)))
        let share = random.multipliedFullWidth(by: UInt64(clamping: bound.wholeMicroseconds) + 1).high
        return max(asked, .microseconds(Int64(share)))
    }
}
