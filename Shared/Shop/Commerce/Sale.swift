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
    package var news: SaleNews

    /// Takes the parts as they are.
    package init(
        order: OrderID, fallbackOrder: OrderID, session: String, paymentIntent: String?, email: EmailAddress?,
        name: String?, total: Money, product: ProductID, quantity: Int, isLive: Bool, createdAt: Instant, news: SaleNews
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

/// What a paid sale gives the buyer, made beforehand and kept only if the order becomes paid by it.
package struct Entitlement: Equatable, Sendable {
    /// One license; its key is derived, only this much of it is stored.
    package struct License: Equatable, Sendable {
        /// The row's ID, made beforehand.
        package let id: LicenseID
        /// What the database holds instead of the key: 32 bytes.
        package let keyHash: [UInt8]
        /// The key's last four symbols, for support.
        package let keyLastFour: String

        /// Takes the parts as they are.
        package init(id: LicenseID, keyHash: [UInt8], keyLastFour: String) {
            self.id = id
            self.keyHash = keyHash
            self.keyLastFour = keyLastFour
        }
    }

    /// One for each unit.
    package var licenses: [License]
    /// The version of the secret that the keys are derived from.
    package var keyVersion: Int
    /// The right to download.
    package var grant: Grant
    /// The outbox row of the receipt.
    package var email: EmailID

    /// Takes the parts as they are.
    package init(licenses: [License], keyVersion: Int, grant: Grant, email: EmailID) {
        self.licenses = licenses
        self.keyVersion = keyVersion
        self.grant = grant
        self.email = email
    }
}

/// The right to download an order's files some times until some day.
package struct Grant: Equatable, Sendable {
    /// The row's ID, made beforehand.
    package let id: GrantID
    /// The moment from which the link is refused.
    package let expiresAt: Instant
    /// How many files may be fetched with it.
    package let maxUses: Int

    /// Takes the parts as they are.
    package init(id: GrantID, expiresAt: Instant, maxUses: Int) {
        self.id = id
        self.expiresAt = expiresAt
        self.maxUses = maxUses
    }
}
