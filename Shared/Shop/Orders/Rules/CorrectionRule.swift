package import Kernel

/// For how long after the payment, and how often, buyers may put their order's address right by themselves.
package struct CorrectionRule: Equatable, Sendable {
    /// How long after the payment.
    package let window: Duration
    /// How often.
    package let count: Int

    /// An hour, three times: whoever sees the order's page in that time sees its keys there anyway.
    package static let buyer = CorrectionRule(window: .seconds(3_600), count: 3)

    /// Takes the parts as they are.
    package init(window: Duration, count: Int) {
        self.window = window
        self.count = count
    }

    /// Until when an order that opens doors may still be corrected; `nil` when it may not.
    package func end(paidAt: Instant?, corrections: Int, at now: Instant) -> Instant? {
        guard let paidAt, corrections < count, now < paidAt + window else { return nil }
        return paidAt + window
    }
}
