package import Downloads
package import Kernel
package import Outbox

/// A mail about orders that is to be rendered: a leased row of the outbox with a fresh grant for each of its links.
package struct OrderEmail: Sendable {
    /// The outbox row.
    package let job: EmailJob
    /// The recipient.
    package let recipient: EmailAddress
    /// What the mail is about, each with the grant behind its link, if the mail has one.
    package let purchases: [(Purchase, Grant?)]

    /// The fresh grants, each with its order.
    var grants: [(Grant, OrderID)] { purchases.compactMap { purchase, grant in grant.map { ($0, purchase.order) } } }

    /// Memberwise.
    package init(job: EmailJob, recipient: EmailAddress, purchases: [(Purchase, Grant?)]) {
        self.job = job
        self.recipient = recipient
        self.purchases = purchases
    }
}
