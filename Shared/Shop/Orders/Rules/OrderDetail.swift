import Downloads
package import Kernel
package import Licensing
package import Outbox
import Stripe

/// By what a seller knows an order.
package enum OrderReference: Equatable, Sendable {
    /// The order's own ID, or one of its licenses'.
    case order(OrderID)
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
    /// The order's state.
    package let status: OrderStatus
    /// The buyer's address.
    package let email: String?
    /// What was paid.
    package let total: Money
    /// Stripe's ID of the checkout session.
    package let session: String?
    /// Stripe's ID of the payment.
    package let paymentIntent: String?
    /// Whether real money moved.
    package let isLive: Bool
    /// When it was placed.
    package let createdAt: Instant
    /// When the money came.
    package let paidAt: Instant?
    /// How much of it went back or is on its way, in the minor unit.
    package let amountRefunded: Int64
    /// Why the last attempt to pay failed, in Stripe's word for programs.
    package let lastPaymentError: String?
    /// When that was.
    package let lastPaymentErrorAt: Instant?
    /// When the buyer's address was put right.
    package let emailCorrectedAt: Instant?
}

/// What hangs on an order, each as its row has it.
package enum OrderPart {
    /// What was bought.
    package struct Item: Equatable, Sendable {
        /// The product's name in addresses.
        package let product: String
        /// The product's name.
        package let productName: String
        /// How many units.
        package let quantity: Int64
        /// What one unit cost, in the minor unit.
        package let unitAmount: Int64
    }

    /// A license of the order's.
    package struct License: Equatable, Sendable {
        /// The license's ID.
        package let id: LicenseID
        /// The key's last four symbols.
        package let lastFour: String
        /// The license's state.
        package let status: LicenseStatus
        /// The product's name in addresses.
        package let product: String
        /// The version of the secret that the key is derived from.
        package let keyVersion: Int64
        /// How often the license was given another key.
        package let reissues: Int64
        /// When the seller closed it by hand.
        package let heldAt: Instant?
    }

    /// A refund of the order's payment, at its latest word.
    package struct Refund: Equatable, Sendable {
        /// Stripe's ID of it.
        package let id: String
        /// How much, in the minor unit.
        package let amount: Int64
        /// The refund's state.
        package let status: RefundStatus
        /// When that was said.
        package let statedAt: Instant
    }

    /// A dispute over the order's payment, at its latest word.
    package struct Dispute: Equatable, Sendable {
        /// Stripe's ID of it.
        package let id: String
        /// The dispute's state.
        package let status: DisputeStatus
        /// When that was said.
        package let statedAt: Instant
    }

    /// A mail about the order.
    package struct Email: Equatable, Sendable {
        /// The outbox row.
        package let id: EmailID
        /// The kind of mail.
        package let kind: EmailKind
        /// The mail's state.
        package let status: EmailStatus
        /// How often it was tried.
        package let attempts: Int64
        /// Who gets it.
        package let recipient: String
        /// When it is tried next.
        package let nextAttemptAt: Instant
        /// When the mail server took it.
        package let sentAt: Instant?
        /// Why the last attempt failed.
        package let lastError: String?
    }

    /// A download link's right.
    package struct Grant: Equatable, Sendable {
        /// The grant's ID.
        package let id: GrantID
        /// How many files were fetched with it.
        package let uses: Int64
        /// How many may be.
        package let maxUses: Int64
        /// When it ends.
        package let expiresAt: Instant
        /// Whether it was called back.
        package let isRevoked: Bool
    }
}
