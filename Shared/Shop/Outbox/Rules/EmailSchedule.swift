import Kernel

/// The status of a mail in the outbox; the raw values are those of the database.
package enum EmailStatus: String, CaseIterable, Sendable {
    case pending
    case sent
    /// Given up; a person must look.
    case dead
}

/// The outcome of an attempt to send a mail.
package enum DeliveryOutcome: Equatable, Sendable {
    case accepted
    /// A later attempt may succeed.
    case postponed
    /// The mail server refused permanently (SMTP 5xx).
    case refused(RefusalSubject)
}

/// Whom a permanent refusal speaks of.
package enum RefusalSubject: Equatable, Sendable {
    /// The recipient; a retry would only annoy the server.
    case recipient
    /// Our account, our sender or our settings: every mail would be refused, and none is given up for it.
    case sender
    /// It does not say; some retries tell.
    case unclear
}

/// When a mail is retried: exponential back-off with jitter, and a limit on attempts.
package struct EmailSchedule: Equatable, Sendable {
    /// The state of a mail after an attempt.
    package enum Next: Equatable, Sendable {
        case sent
        case retry(after: Duration)
        case dead
    }

    /// The maximum number of attempts; with the delays below, a day and a half passes between the first and the last.
    package var attempts: Int
    /// The maximum first delay; each later maximum is twice as long.
    package var base: Duration
    /// The maximum of any delay.
    package var limit: Duration

    /// One minute, doubling to four hours, sixteen attempts.
    package static let standard = EmailSchedule(attempts: 16, base: .seconds(60), limit: .seconds(4 * 3_600))

    /// Creates a schedule.
    package init(attempts: Int, base: Duration, limit: Duration) {
        self.attempts = attempts
        self.base = base
        self.limit = limit
    }

    /// Returns what follows attempt number `attempt` (1 is the first).
    ///
    /// A mail that is refused because of its sender never dies of that.
    ///
    /// - Parameter random: picks the pause: see ``pause(afterAttempt:random:)``.
    package func next(afterAttempt attempt: Int, _ outcome: DeliveryOutcome, random: UInt64) -> Next {
        switch outcome {
        case .accepted: .sent
        case .refused(.recipient): .dead
        case .refused(.sender): .retry(after: pause(afterAttempt: attempt, random: random))
        case .postponed, .refused(.unclear):
            attempt < attempts ? .retry(after: pause(afterAttempt: attempt, random: random)) : .dead
        }
    }

    /// Returns the pause after attempt number `attempt`.
    ///
    /// - Parameter random: picks uniformly between half the exponential bound and the whole of it.
    package func pause(afterAttempt attempt: Int, random: UInt64) -> Duration {
        let bound = min(limit, base * (1 << min(max(attempt - 1, 0), 20)))
        let half = UInt64(clamping: bound.wholeMicroseconds / 2)
        return .microseconds(Int64(half + random.multipliedFullWidth(by: half + 1).high))
    }
}
