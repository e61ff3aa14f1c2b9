package import Kernel

/// What a run reads, and for how long.
package struct ReconciliationPlan: Sendable {
    /// The instant from which Stripe's lists are read.
    package enum Start: Equatable, Sendable {
        /// Resume from the stored watermark.
        case watermark
        /// From this instant, including events that were delivered; the watermarks do not move.
        case since(Instant)
    }

    /// The start.
    package let start: Start
    /// The time limit for a run; `nil` for none.
    package let time: Duration?
    /// Whether it only reports what it would do.
    package let isDryRun: Bool
    /// Called with what the run is doing, for people who watch.
    package let progress: @Sendable (String) -> Void

    /// Creates a plan.
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
    /// The share of a run's time after which the step yields to the next, so that none starves the others.
    ///
    /// Time that earlier steps left over is the step's as well.
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

    /// How long items in the step's list may still change or appear late; the next run reads this much again.
    ///
    /// A session can be paid for 24 hours after its creation, and is then complete, whatever the method. A delayed
    /// payment may take two weeks from there: by then its order awaits payment here, and the session is fetched by its
    /// ID. An event, refund or dispute appears in its list practically at once.
    var overlap: Duration {
        switch self {
        case .sessions: .seconds(25 * 3_600)
        case .refunds, .disputes, .events: .seconds(3_600)
        // A payment may become visible after later ones if its transaction began first.
        case .orders: .seconds(300)
        case .ledger, .unsettled: .zero
        }
    }
}
