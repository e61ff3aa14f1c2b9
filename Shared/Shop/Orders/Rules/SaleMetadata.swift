package import Kernel
package import Stripe

/// The metadata our checkout writes into a session, where the buyer cannot write.
///
/// It is enough to fulfil a sale whose order was lost.
package struct SaleMetadata: Equatable, Sendable {
    /// The pending order; `nil` if the text is not an ID.
    package let order: OrderID?
    /// The product's slug.
    package let product: String
    /// The quantity.
    package let quantity: Int
    /// The price of everything, before discounts and taxes; `nil` if it is not written there.
    package let ordered: Money?

    private enum Name {
        static let order = "latchkey_order"
        static let product = "latchkey_product"
        static let quantity = "latchkey_quantity"
        static let amount = "latchkey_amount"
        static let currency = "latchkey_currency"
    }

    /// Reads the metadata of `session`; `nil` if another program created it.
    package init?(_ session: CheckoutSession) { self.init(session.metadata) }

    /// Reads the metadata of `payment`, which copies its session's; `nil` if another program created it.
    package init?(_ payment: PaymentIntent) { self.init(payment.metadata) }

    private init?(_ metadata: [String: String]) {
        guard let product = metadata[Name.product], let quantity = metadata[Name.quantity].flatMap({ Int($0) }),
            quantity > 0
        else { return nil }
        order = metadata[Name.order].flatMap { OrderID($0) }
        self.product = product
        self.quantity = quantity
        let currency = metadata[Name.currency].flatMap { Currency($0) }
        ordered = metadata[Name.amount].flatMap { Int64($0) }.flatMap { amount in
            currency.map { Money(minorUnits: amount, currency: $0) }
        }
    }

    /// Returns the metadata for a new session.
    package static func values(order: OrderID, product: String, quantity: Int, ordered: Money?) -> [String: String] {
        var values = [Name.order: order.description, Name.product: product, Name.quantity: String(quantity)]
        if let ordered {
            values[Name.amount] = String(ordered.minorUnits)
            values[Name.currency] = ordered.currency.code
        }
        return values
    }
}
