package import Kernel

/// An amount of an order, and what it is in the currency that the buyer was charged in.
///
/// The books are kept in the order's currency; Stripe's Adaptive Pricing lets the buyer pay in another.
///
/// Source: <https://docs.stripe.com/payments/currencies/localize-prices/adaptive-pricing>
package struct BuyerAmount: Equatable, Sendable {
    /// The amount in the order's currency.
    package let amount: Money
    /// The same as the buyer was charged; `nil` if that is in the order's currency, or not known.
    package let presentment: Money?

    /// Creates an amount.
    package init(_ amount: Money, presentment: Money? = nil) {
        self.amount = amount
        self.presentment = presentment
    }

    /// Both as people write them: `49.00 USD (7421 JPY)`.
    package var formatted: String {
        guard let presentment else { return amount.formatted }
        return "\(amount.formatted) (\(presentment.formatted))"
    }
}
