package import Kernel

/// A checkout session as the shop sees it: its order, its lines, and its state.
package struct Sale: Equatable, Sendable {
    /// The order that the session names, or one derived from the session if it names none.
    package var order: OrderID
    /// The order to use if `order` turns out to belong to another session.
    package var fallbackOrder: OrderID
    /// Stripe's ID of the checkout session.
    package var session: String
    /// Stripe's ID of the payment intent; `nil` if nothing was due.
    package var paymentIntent: String?
    /// The recipient of the receipt; `nil` if the session has no valid address.
    package var email: EmailAddress?
    /// What the session has as address, if no mail can go there.
    package var statedEmail: String?
    /// The buyer's name as typed.
    package var name: String?
    /// The amount paid, taxes and discounts included.
    package var total: Money
    /// The same in the currency that the buyer was charged in, if that is another.
    package var presentment: Money?
    /// What was bought; the lines add up to the total.
    package var lines: [SaleLine]
    /// Whether it is live mode.
    package var isLive: Bool
    /// When the session was created.
    package var createdAt: Instant
    /// When it was paid, by Stripe's clock if that is known: the buyer's time limits count from it.
    package var paidAt: Instant
    /// The session's update.
    package var update: CheckoutUpdate

    /// Creates a sale.
    package init(
        order: OrderID, fallbackOrder: OrderID, session: String, paymentIntent: String?, email: EmailAddress?,
        statedEmail: String? = nil, name: String?, total: Money, presentment: Money? = nil, lines: [SaleLine],
        isLive: Bool,
        createdAt: Instant, paidAt: Instant, update: CheckoutUpdate
    ) {
        self.order = order
        self.fallbackOrder = fallbackOrder
        self.session = session
        self.paymentIntent = paymentIntent
        self.email = email
        self.statedEmail = statedEmail
        self.name = name
        self.total = total
        self.presentment = presentment
        self.lines = lines
        self.isLive = isLive
        self.createdAt = createdAt
        self.paidAt = paidAt
        self.update = update
    }
}
