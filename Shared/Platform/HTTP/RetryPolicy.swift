internal import Kernel

/// Whether and when to retry a call.
package struct RetryAdvice: Equatable, Sendable {
    /// Whether a retry may succeed.
    package let isWorthwhile: Bool
    /// The minimum delay.
    package let wait: Duration?

    /// The advice without a response: the connection failed or timed out.
    package static let unanswered = RetryAdvice(isWorthwhile: true, wait: nil)

    /// Creates the advice.
    package init(isWorthwhile: Bool, wait: Duration?) {
        self.isWorthwhile = isWorthwhile
        self.wait = wait
    }

    /// Parses `Retry-After` in seconds (RFC 9110 section 10.2.3); `nil` for the date form.
    package static func wait(_ fields: Fields) -> Duration? {
        fields["Retry-After"].flatMap { UInt32($0) }.map { .seconds(Int64($0)) }
    }
}

/// The number of attempts and the delays between them.
package struct RetryPolicy: Equatable, Sendable {
    /// The maximum number of attempts, including the first.
    package let attempts: Int
    /// The upper bound of the first delay; it doubles with each attempt.
    package let base: Duration
    /// Maximum delay; a longer `Retry-After` ends the retries.
    package let limit: Duration

    /// Three attempts within a few seconds, while a person waits.
    package static let interactive = RetryPolicy(attempts: 3, base: .milliseconds(200), limit: .seconds(2))

    /// Five attempts within a minute, for background work.
    package static let background = RetryPolicy(attempts: 5, base: .milliseconds(500), limit: .seconds(20))

    /// Creates a policy.
    package init(attempts: Int, base: Duration, limit: Duration) {
        self.attempts = attempts
        self.base = base
        self.limit = limit
    }

    /// Returns the delay after `attempt` attempts; `nil` if there is no retry.
    ///
    /// Exponential back-off with full jitter: `random` picks a delay between zero and the bound, but never less than
    /// `Retry-After`. Source: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
    package func wait(afterAttempt attempt: Int, _ advice: RetryAdvice, random: UInt64) -> Duration? {
        guard advice.isWorthwhile, attempt < attempts else { return nil }
        let minimum = advice.wait ?? .zero
        guard minimum <= limit else { return nil }
        let bound = min(limit, base * (1 << min(max(attempt - 1, 0), 20)))
        let share = random.multipliedFullWidth(by: UInt64(clamping: bound.wholeMicroseconds) + 1).high
        return max(minimum, .microseconds(Int64(share)))
    }
}
