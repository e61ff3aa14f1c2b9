package import Kernel
package import Stripe

/// What our checkout writes into a session's metadata, where a buyer cannot write: enough to fulfil a sale whose order
/// was lost.
package struct SaleMetadata: Equatable, Sendable {
    /// The pending order; `nil` when the text is no ID.
    package let order: OrderID?
    /// The product's name in addresses.
    package let product: String
    /// How many units.
    package let quantity: Int

    private enum Name {
        static let order = "latchkey_order"
        static let product = "latchkey_product"
        static let quantity = "latchkey_quantity"
    }

    /// What stands in `session`; `nil` when another program made it.
    package init?(_ session: CheckoutSession) { self.init(session.metadata) }

    /// What stands in `payment`, which has its session's metadata; `nil` when another program made it.
    package init?(_ payment: PaymentIntent) { self.init(payment.metadata) }

    private init?(_ metadata: [String: String]) {
        guard let product = metadata[Name.product], let quantity = metadata[Name.quantity].flatMap({ Int($0) }),
            quantity > 0
        else { return nil }
        order = metadata[Name.order].flatMap { OrderID($0) }
        self.product = product
        self.quantity = quantity
    }

    /// What to write into a new session.
    package static func values(order: OrderID, product: String, quantity: Int) -> [String: String] {
        [Name.order: order.description, Name.product: product, Name.quantity: String(quantity)]
    }
}
