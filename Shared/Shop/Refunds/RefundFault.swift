package import Fulfilment
package import Kernel
package import Orders
package import Postgres
package import StripeClient

/// Why a refund cannot or should not be made, or what became of a requested one.
package enum RefundFault: Error, Equatable, Sendable {
    /// The order is of live mode and the key of test mode, or the other way round.
    case otherMode(orderIsLive: Bool)
    /// Nothing was paid through Stripe.
    case noPayment
    /// The order has a status in which nothing can be refunded.
    case notRefundable(OrderStatus)
    /// The requested amount exceeds what is left.
    case tooMuch(left: Money, requested: Money)
    /// The order has no line at this position.
    case noLine(Int)
    /// The requested amount exceeds what is left of a line.
    case tooMuchOfLine(Int, left: Money, requested: Money)
    /// A refund of this amount was requested and its outcome is unknown; it must be completed first.
    case unfinished(Money, since: Instant)
    /// A refund of the same amount was made before.
    case repeated(Money, at: Instant, refund: String)
    /// The order has changed since it was read; nothing was done.
    case changedMeanwhile
    /// Stripe never received the refund, and its idempotency key has expired; no money was returned.
    case neverReached
    /// Stripe could not complete the refund; no money was returned.
    case failed(refund: String)
    /// It is unknown whether money was returned; requesting it again looks the refund up.
    case unknown(StripeCallFault)
    /// Stripe refused, with its error code; no money was returned.
    ///
    /// - Parameter doubt: why Stripe's other refunds of the payment could not be read, if they could not.
    case refused(code: String, doubt: StripeCallFault?)
    /// Stripe's status of a refund is unknown here.
    case unknownState(refund: String, FulfilmentFault)
    case database(PostgresFault)
}
