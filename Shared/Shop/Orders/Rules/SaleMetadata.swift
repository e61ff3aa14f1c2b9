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
        static let ordered = "latchkey_ordered"
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
        ordered = metadata[Name.ordered].flatMap(SaleMetadata.money)
    }

    /// Returns the metadata for a new session.
    package static func values(order: OrderID, product: String, quantity: Int, ordered: Money?) -> [String: String] {
        var values = [Name.order: order.description, Name.product: product, Name.quantity: String(quantity)]
        if let ordered { values[Name.ordered] = "\(ordered.minorUnits) \(ordered.currency.code)" }
        return values
    }

    /// Reads an amount in minor units and its currency: `4900 usd`.
    private static func money(_ text: String) -> Money? {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let amount = Int64(parts[0]), let currency = Currency(String(parts[1])) else {
            return nil
        }
        return Money(minorUnits: amount, currency: currency)
    }
}
