package import Licensing

/// The status of an order; the raw values are those of the database.
package enum OrderStatus: String, CaseIterable, Sendable {
    /// The buyer pressed Buy and has not paid.
    case pending
    /// The buyer chose a delayed payment method.
    case awaitingPayment = "awaiting_payment"
    case paid
    /// The delayed payment failed, or the payment page could not be opened.
    case failed
    /// The buyer left the payment page.
    case expired
    case refunded
    case partiallyRefunded = "partially_refunded"
    case disputed
    /// The buyer won a dispute.
    case lost
}

extension OrderStatus {
    /// The status of the order's licenses; `nil` if there are none because the order is unpaid.
    package var access: LicenseStatus? {
        switch self {
        case .pending, .awaitingPayment, .failed, .expired: nil
        case .paid, .partiallyRefunded: .active
        case .disputed: .suspended
        case .refunded, .lost: .revoked
        }
    }
}
