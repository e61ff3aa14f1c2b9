package import Kernel

/// The status of a refund.
package enum RefundStatus: String, CaseIterable, Sendable {
    /// The money is on its way back.
    case pending
    case succeeded
    /// Failed or canceled: no money was returned.
    case failed
}

/// The status of a dispute, from the seller's point of view.
package enum DisputeStatus: String, CaseIterable, Sendable {
    case open
    case won
    case lost
}

/// An update of a payment after the sale, from Stripe.
package enum PaymentUpdate: Equatable, Sendable {
    /// The charge's own total: the amount refunded so far, in minor units.
    ///
    /// It includes pending refunds, and goes down when a refund fails.
    case refundTotal(Int64, at: Instant)
    /// One refund, in minor units, with its status at some instant, the lines that it names, if any, when it was made, if
    /// that is known, and what the buyer gets back in another currency, if they were charged in one.
    case refund(
        id: String, amount: Int64, RefundStatus, at: Instant, lines: RefundLines? = nil, madeAt: Instant? = nil,
        presentment: Money? = nil)
    /// One dispute with its status at some instant.
    case dispute(id: String, DisputeStatus, at: Instant)
}
