import Downloads
package import Kernel
package import Licensing
package import Outbox
import Stripe

/// A seller's reference to an order.
package enum OrderReference: Equatable, Sendable {
    /// The order's own ID, or one of its licenses'.
    case order(OrderID)
    /// Its number, which orders of other shops may share.
    case number(OrderNumber)
    /// Stripe's checkout session.
    case session(String)
    /// Stripe's payment intent.
    case paymentIntent(String)
    /// The hash of one of its license keys.
    case keyHash([UInt8])
    /// The last four symbols of one of its license keys, which keys of other orders may share.
    case lastFour(String)
}

/// An order's own row.
package struct OrderDetail: Equatable, Sendable {
    /// The order's ID.
    package let id: OrderID
    /// Its number; `nil` before it is paid.
    package let number: OrderNumber?
    /// The order's status.
    package let status: OrderStatus
    /// The buyer's address.
    package let email: String?
    /// The total.
    package let total: Money
    /// What the buyer was charged for it in a currency of their own, if they were.
    package let presentment: Money?
    /// Stripe's ID of the checkout session.
    package let session: String?
    /// Stripe's ID of the payment intent.
    package let paymentIntent: String?
    /// Whether it is live mode.
    package let isLive: Bool
    /// When it was placed.
    package let createdAt: Instant
    /// When it was paid.
    package let paidAt: Instant?
    /// The amount refunded or pending, in the minor unit.
    package let amountRefunded: Int64
    /// Stripe's error code of the last failed payment attempt.
    package let lastPaymentError: String?
    /// When that was.
    package let lastPaymentErrorAt: Instant?
    /// When the buyer's address was corrected.
    package let emailCorrectedAt: Instant?
    /// What Stripe gave as address at the payment, if no mail can go there.
    package let statedEmail: String?

    /// What people call it: its number, or before it is paid its ID.
    package var name: String { number.name(orElse: id) }
}

/// The rows that belong to an order.
package enum OrderPart {
    /// An order line.
    package struct Line: Equatable, Sendable {
        /// The line's place in the order, from 1.
        package let position: Int
        /// The product's slug; `nil` if the catalog does not know what was bought.
        package let product: String?
        /// The product's name, or what Stripe calls it.
        package let name: String
        /// The quantity.
        package let quantity: Int64
        /// What it cost.
        package let amounts: LineAmounts
    }

    /// A license of the order.
    package struct License: Equatable, Sendable {
        /// The license's ID.
        package let id: LicenseID
        /// The position of its line.
        package let line: Int
        /// The key's last four symbols; `nil` for a product without keys.
        package let lastFour: String?
        /// The license's status.
        package let status: LicenseStatus
        /// The product's slug.
        package let product: String
        /// The version of the secret that the key is derived from; `nil` for a product without keys.
        package let keyVersion: Int64?
        /// How often the license's key was replaced.
        package let reissues: Int64
        /// When the seller revoked it by hand.
        package let heldAt: Instant?
    }

    /// A refund of the order's payment, with its latest status.
    package struct Refund: Equatable, Sendable {
        /// Stripe's ID.
        package let id: String
        /// The amount, in the minor unit.
        package let amount: Int64
        /// The refund's status.
        package let status: RefundStatus
        /// When Stripe reported that status.
        package let reportedAt: Instant
        /// The lines that it names; `nil` if it names none.
        package let lines: RefundLines?
        /// The currency; `nil` stands for the order's.
        ///
        /// A refund in another one does not count.
        package let currency: Currency?
    }

    /// A dispute over the order's payment, with its latest status.
    package struct Dispute: Equatable, Sendable {
        /// Stripe's ID.
        package let id: String
        /// The dispute's status.
        package let status: DisputeStatus
        /// When Stripe reported that status.
        package let reportedAt: Instant
    }

    /// A mail about the order.
    package struct Email: Equatable, Sendable {
        /// The outbox row.
        package let id: EmailID
        /// The kind of mail.
        package let kind: EmailKind
        /// The mail's status.
        package let status: EmailStatus
        /// The number of attempts.
        package let attempts: Int64
        /// The recipient.
        package let recipient: String
        /// When it is tried next.
        package let nextAttemptAt: Instant
        /// When the mail server accepted it.
        package let sentAt: Instant?
        /// Why the last attempt failed.
        package let lastError: String?
    }

    /// A download grant.
    package struct Grant: Equatable, Sendable {
        /// The grant's ID.
        package let id: GrantID
        /// The position of its line.
        package let line: Int
        /// The number of downloads so far.
        package let uses: Int64
        /// The maximum number of downloads.
        package let maxUses: Int64
        /// When it expires.
        package let expiresAt: Instant
        /// Whether it was revoked.
        package let isRevoked: Bool
    }
}
