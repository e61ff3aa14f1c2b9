package import Kernel

/// How long after the payment, and how often, buyers may correct their order's address themselves.
package struct CorrectionRule: Equatable, Sendable {
    /// The time after the payment.
    package let window: Duration
    /// The maximum number of corrections.
    package let count: Int

    /// An hour, three times: the order's page shows the keys at that time anyway, to everyone who can correct the
    /// address.
    package static let buyer = CorrectionRule(window: .seconds(3_600), count: 3)

    /// Creates a rule.
    package init(window: Duration, count: Int) {
        self.window = window
        self.count = count
    }

    /// Returns until when an order with an active license may still be corrected; `nil` if it may not.
    package func end(paidAt: Instant?, corrections: Int, at now: Instant) -> Instant? {
        guard let paidAt, corrections < count, now < paidAt + window else { return nil }
        return paidAt + window
    }
}
