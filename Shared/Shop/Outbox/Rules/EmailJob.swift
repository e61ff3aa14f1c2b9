package import Kernel

/// A kind of mail, by its name in the outbox and in the names of its template files; each slice defines its own kinds.
package struct EmailKind: RawRepresentable, Hashable, Sendable {
    /// The name, such as `receipt`.
    package let rawValue: String

    /// Creates a kind with this name.
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// A mail that the caller has leased and must settle.
package struct EmailJob: Equatable, Sendable {
    /// The outbox row; the Message-ID is derived from it.
    package let id: EmailID
    /// The kind of mail.
    package let kind: EmailKind
    /// The recipient; `nil` if the row holds no valid address, which must not hold up other mails.
    package let recipient: EmailAddress?
    /// The number of this attempt; 1 is the first.
    package let attempt: Int
    /// When the row was created: the date in the mail's header.
    package let createdAt: Instant

    /// Creates a job.
    package init(id: EmailID, kind: EmailKind, recipient: EmailAddress?, attempt: Int, createdAt: Instant) {
        self.id = id
        self.kind = kind
        self.recipient = recipient
        self.attempt = attempt
        self.createdAt = createdAt
    }
}
