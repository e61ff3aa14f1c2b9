package import Commerce
package import Kernel

/// A mail to be written and sent now: a row of the outbox with a fresh grant for each of its links.
package struct Letter: Sendable {
    /// The outbox row; the Message-ID comes from it.
    package let id: EmailID
    /// The kind of mail, as the outbox names it.
    package let kind: String
    /// Who gets it.
    package let recipient: EmailAddress
    /// Which attempt this is; 1 is the first.
    package let attempt: Int
    /// The date in its header: when the row was made.
    package let writtenAt: Instant
    /// What it is about, each with the grant behind its link, if the mail has one.
    package let purchases: [(Purchase, Grant?)]

    /// The fresh grants, each with the order that it opens.
    var grants: [(Grant, OrderID)] { purchases.compactMap { purchase, grant in grant.map { ($0, purchase.order) } } }

    /// Takes the parts as they are.
    package init(
        id: EmailID, kind: String, recipient: EmailAddress, attempt: Int, writtenAt: Instant,
        purchases: [(Purchase, Grant?)]
    ) {
        self.id = id
        self.kind = kind
        self.recipient = recipient
        self.attempt = attempt
        self.writtenAt = writtenAt
        self.purchases = purchases
    }
}

extension Product {
    /// A new grant to this product's files.
    package func newGrant(at now: Instant) -> Grant {
        Grant(id: GrantID(at: now), expiresAt: now + .seconds(Int64(downloadDays) * 86_400), maxUses: downloadLimit)
    }
}
