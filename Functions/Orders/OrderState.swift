import Orders

/// What an order's page is about.
enum OrderState: Equatable, Sendable {
    /// Nobody has paid, as far as we know.
    case pending
    /// The buyer chose a method that pays later.
    case awaitingPayment
    /// Paid, and a license opens doors.
    case open
    /// The delayed payment did not come.
    case failed
    /// The payment page was left.
    case expired
    case refunded
    case disputed
    /// A dispute went the buyer's way.
    case lost
    /// Paid, and no license opens doors: somebody closed them by hand.
    case closed

    init(_ record: OrderRecord) {
        switch record.status {
        case .pending: self = .pending
        case .awaitingPayment: self = .awaitingPayment
        case .paid, .partiallyRefunded: self = record.licenses.isEmpty ? .closed : .open
        case .failed: self = .failed
        case .expired: self = .expired
        case .refunded: self = .refunded
        case .disputed: self = .disputed
        case .lost: self = .lost
        }
    }
}
