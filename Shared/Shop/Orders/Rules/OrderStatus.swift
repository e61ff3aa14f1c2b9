package import Licensing

/// Where an order stands; the words are those of the database.
package enum OrderStatus: String, CaseIterable, Sendable {
    /// Buy was pressed; nobody has paid.
    case pending
    /// The buyer chose a method that pays later.
    case awaitingPayment = "awaiting_payment"
    case paid
    /// The delayed payment did not come, or the payment page could not be opened.
    case failed
    /// The payment page was left.
    case expired
    case refunded
    case partiallyRefunded = "partially_refunded"
    case disputed
    /// A dispute went the buyer's way.
    case lost
}

extension OrderStatus {
    /// What a license of an order in this state is; `nil` when the order has none, because nobody has paid.
    package var access: LicenseStatus? {
        switch self {
        case .pending, .awaitingPayment, .failed, .expired: nil
        case .paid, .partiallyRefunded: .active
        case .disputed: .suspended
        case .refunded, .lost: .revoked
        }
    }
}
