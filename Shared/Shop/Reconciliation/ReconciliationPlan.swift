package import Kernel

/// What a run shall look at, and for how long.
package struct ReconciliationPlan: Sendable {
    /// From when on Stripe's lists are read.
    package enum Start: Equatable, Sendable {
        /// From where the last run came to.
        case marks
        /// From this moment, all of it, and events that were delivered too; the marks stay where they are.
        case since(Instant)
    }

    /// From when on.
    package let start: Start
    /// How long a run works at most before it answers; `nil` for as long as it takes.
    package let time: Duration?
    /// Whether it only tells what it would do.
    package let isDryRun: Bool
    /// Told what the run is at, for people who watch.
    package let progress: @Sendable (String) -> Void

    /// Takes the parts as they are.
    package init(
        start: Start, time: Duration? = nil, isDryRun: Bool = false,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.start = start
        self.time = time
        self.isDryRun = isDryRun
        self.progress = progress
    }
}

extension ReconciliationStep {
    /// The share of a run's time after which the step gives way to the next, so that none starves the others; what the
    /// steps before left over is the step's as well.
    var timeShare: Double {
        switch self {
        case .ledger: 0.2
        case .refunds: 0.3
        case .disputes: 0.4
        case .events: 0.6
        case .sessions: 0.8
        case .unsettled: 0.9
        case .orders: 1
        }
    }

    /// How long things of the step's list may still change or come up; so much of it is read again by the next run.
    ///
    /// A session can be paid for 24 hours after it was opened, and is then complete, whatever the method. A delayed
    /// payment may take two weeks from there: by then its order awaits payment here, and the session is asked for by
    /// its ID. An event, refund or dispute is in its list at once, as good as.
    var overlap: Duration {
        switch self {
        case .sessions: .seconds(25 * 3_600)
        case .refunds, .disputes, .events: .seconds(3_600)
        // A payment whose transaction began before others' may become visible after them.
        case .orders: .seconds(300)
        case .ledger, .unsettled: .zero
        }
    }
}
