package import Kernel

/// How a refund stands.
package enum RefundStatus: String, CaseIterable, Sendable {
    /// The money is on its way back.
    case pending
    case succeeded
    /// Failed or canceled: no money went back.
    case failed
}

/// How a dispute stands for the seller.
package enum DisputeStatus: String, CaseIterable, Sendable {
    case open
    case won
    case lost
}

/// What Stripe tells of a payment after the sale.
package enum PaymentUpdate: Equatable, Sendable {
    /// The charge's own account: so many minor units went back in all by then.
    case refundTotal(Int64)
    /// One refund, in minor units, as it stood at some moment.
    case refund(id: String, amount: Int64, RefundStatus, at: Instant)
    /// One dispute as it stood at some moment.
    case dispute(id: String, DisputeStatus, at: Instant)
}
