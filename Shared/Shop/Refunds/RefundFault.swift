package import Fulfilment
package import Kernel
package import Orders
package import Postgres
package import StripeClient

/// Why a refund cannot or should not be made, or what became of one that was asked for.
package enum RefundFault: Error, Equatable, Sendable {
    /// The order moved real money and the key is a test key, or the other way round.
    case otherMode(orderIsLive: Bool)
    /// Nothing was paid through Stripe.
    case noPayment
    /// The order is in a state in which nothing can be refunded.
    case notRefundable(OrderStatus)
    /// More is asked for than is left.
    case tooMuch(left: Money, asked: Money)
    /// A refund of this amount was asked for and its outcome is unknown: it must be brought to its end first.
    case unfinished(Money, since: Instant)
    /// A refund of the same amount was made before.
    case repeated(Money, at: Instant, refund: String)
    /// The order changed since it was looked at; nothing was done.
    case changedMeanwhile
    /// Stripe never heard of the refund, and its idempotency key has lapsed; no money went back.
    case neverReached
    /// Stripe could not carry out the refund; no money went back.
    case failed(refund: String)
    /// Whether money went back is unknown; asking again looks the refund up.
    case unknown(StripeCallFault)
    /// Stripe refused, with its code; no money went back.
    ///
    /// - Parameter doubt: why Stripe's other refunds of the payment could not be read, if they could not.
    case refused(code: String, doubt: StripeCallFault?)
    /// Stripe gives a refund a state that is not known here.
    case unknownState(refund: String, FulfilmentFault)
    case database(PostgresFault)
}
