import Kernel

/// Where a mail in the outbox stands; the words are those of the database.
package enum EmailStatus: String, CaseIterable, Sendable {
    case pending
    case sent
    /// Given up; somebody must look.
    case dead
}

/// How an attempt to send a mail ended.
package enum DeliveryOutcome: Equatable, Sendable {
    case accepted
    /// A later attempt may succeed.
    case postponed
    /// The receiving server refused for good (SMTP 5xx); trying again would only annoy it.
    case rejected
}

/// When a mail is tried again, and when not: exponential pauses with full jitter, and an end.
package struct EmailSchedule: Equatable, Sendable {
    /// The state of a mail after an attempt.
    package enum Next: Equatable, Sendable {
        case sent
        case retry(after: Duration)
        case dead
    }

    /// Attempts in all; with the pauses below, a day and a half lie between the first and the last.
    package var attempts: Int
    /// The longest first pause; each later one may be twice as long.
    package var base: Duration
    /// No pause is longer.
    package var limit: Duration

    /// One minute, doubling to four hours, sixteen attempts.
    package static let standard = EmailSchedule(attempts: 16, base: .seconds(60), limit: .seconds(4 * 3_600))

    /// Takes the parts as they are.
    package init(attempts: Int, base: Duration, limit: Duration) {
        self.attempts = attempts
        self.base = base
        self.limit = limit
    }

    /// What follows attempt number `attempt` (1 is the first).
    ///
    /// - Parameter random: picks evenly between half the exponential bound and the whole of it.
    package func next(afterAttempt attempt: Int, _ outcome: DeliveryOutcome, random: UInt64) -> Next {
        switch outcome {
        case .accepted: return .sent
        case .rejected: return .dead
        case .postponed:
            guard attempt < attempts else { return .dead }
            let bound = min(limit, base * (1 << min(max(attempt - 1, 0), 20)))
            let half = UInt64(clamping: bound.wholeMicroseconds / 2)
            return .retry(after: .microseconds(Int64(half + random.multipliedFullWidth(by: half + 1).high)))
        }
    }
}
