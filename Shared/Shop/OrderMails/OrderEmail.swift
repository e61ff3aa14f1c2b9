package import Downloads
package import Kernel
package import Outbox

/// An order mail to render: a leased outbox row with a new grant for each of its links.
package struct OrderEmail: Sendable {
    /// The outbox row.
    package let job: EmailJob
    /// The recipient.
    package let recipient: EmailAddress
    /// The purchases shown in the mail, each with the grants of its links, by the line's position.
    package let purchases: [(Purchase, [Int: Grant])]

    /// The new grants, each with its line.
    var grants: [LineGrant] {
        purchases.flatMap { purchase, grants in
            grants.map { LineGrant(grant: $1, order: purchase.order, line: $0) }
        }
    }

    /// Creates a mail to render.
    package init(job: EmailJob, recipient: EmailAddress, purchases: [(Purchase, [Int: Grant])]) {
        self.job = job
        self.recipient = recipient
        self.purchases = purchases
    }
}
