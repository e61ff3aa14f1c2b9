package import Kernel

/// A checkout session as the shop sees it: which order, which product, and what has become of it.
package struct Sale: Equatable, Sendable {
    /// The order that the session names, or one derived from the session when it names none.
    package var order: OrderID
    /// The order to use when `order` turns out to belong to another session.
    package var fallbackOrder: OrderID
    /// Stripe's ID of the checkout session.
    package var session: String
    /// Stripe's ID of the payment; none when nothing had to be paid.
    package var paymentIntent: String?
    /// Where the receipt goes; `nil` when the session has no address we can send to.
    package var email: EmailAddress?
    /// The buyer's name as they typed it.
    package var name: String?
    /// What the buyer paid, taxes and discounts included.
    package var total: Money
    /// What was bought.
    package var product: ProductID
    /// How many units, each with a license of its own.
    package var quantity: Int
    /// Whether real money moved.
    package var isLive: Bool
    /// When the session was opened.
    package var createdAt: Instant
    /// What Stripe says has become of it.
    package var news: CheckoutUpdate

    /// Takes the parts as they are.
    package init(
        order: OrderID, fallbackOrder: OrderID, session: String, paymentIntent: String?, email: EmailAddress?,
        name: String?, total: Money, product: ProductID, quantity: Int, isLive: Bool, createdAt: Instant,
        news: CheckoutUpdate
    ) {
        self.order = order
        self.fallbackOrder = fallbackOrder
        self.session = session
        self.paymentIntent = paymentIntent
        self.email = email
        self.name = name
        self.total = total
        self.product = product
        self.quantity = quantity
        self.isLive = isLive
        self.createdAt = createdAt
        self.news = news
    }
}
