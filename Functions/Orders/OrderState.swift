import Orders

/// The subject of an order's page.
enum OrderState: Equatable, Sendable {
    /// Unpaid, as far as we know.
    case pending
    /// The buyer chose a delayed payment method.
    case awaitingPayment
    /// Paid, with an active license.
    case open
    /// The delayed payment failed.
    case failed
    /// The buyer left the payment page.
    case expired
    case refunded
    case disputed
    /// The buyer won a dispute.
    case lost
    /// Paid, without an active license: the seller revoked it by hand.
    case closed

    init(_ record: OrderRecord) {
        switch record.status {
        case .pending: self = .pending
        case .awaitingPayment: self = .awaitingPayment
        case .paid, .partiallyRefunded: self = record.hasAccess ? .open : .closed
        case .failed: self = .failed
        case .expired: self = .expired
        case .refunded: self = .refunded
        case .disputed: self = .disputed
        case .lost: self = .lost
        }
    }
}
