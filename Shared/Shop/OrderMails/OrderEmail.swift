package import Downloads
package import Kernel
package import Outbox

/// An order mail to render: a leased outbox row with a new grant for each of its links.
package struct OrderEmail: Sendable {
    /// The outbox row.
    package let job: EmailJob
    /// The recipient.
    package let recipient: EmailAddress
    /// The purchases shown in the mail, each with the grant of its link, if any.
    package let purchases: [(Purchase, Grant?)]

    /// The new grants, each with its order.
    var grants: [(Grant, OrderID)] { purchases.compactMap { purchase, grant in grant.map { ($0, purchase.order) } } }

    /// Creates a mail to render.
    package init(job: EmailJob, recipient: EmailAddress, purchases: [(Purchase, Grant?)]) {
        self.job = job
        self.recipient = recipient
        self.purchases = purchases
    }
}
