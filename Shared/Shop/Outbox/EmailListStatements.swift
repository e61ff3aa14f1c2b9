package import Kernel
package import Postgres

/// A mail of the outbox as a list shows it.
package struct EmailLine: Equatable, Sendable {
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
    /// Why the last attempt failed, if it did.
    package let lastError: String?
    /// The order that it is about.
    package let order: OrderID
    /// When it was queued.
    package let createdAt: Instant
}

/// The seller's view of the outbox.
package enum EmailListStatements {
    /// Returns the newest mails, newest first, of one status or of all; their IDs grow with time.
    ///
    /// - Parameter before: only mails that a list shows after this one, for the next page.
    package static func newest(
        _ limit: Int, _ status: EmailStatus?, before: EmailID?
    ) -> Statement<[EmailLine]> {
        .rows(
            """
            SELECT id, kind, status, attempts, recipient, last_error, order_id, created_at FROM emails
            WHERE (\(before)::uuid IS NULL OR id < \(before)::uuid)
                AND (\(status?.rawValue)::text IS NULL OR status = \(status?.rawValue)::text)
            ORDER BY id DESC LIMIT \(limit)::bigint
            """
        ) { row throws(PostgresFault) in
            EmailLine(
                id: try row.id(0), kind: EmailKind(rawValue: try row.text(1)),
                status: try row.emailStatus(2), attempts: try row.integer(3),
                recipient: try row.text(4), lastError: try row.optionalText(5), order: try row.id(6),
                createdAt: try row.instant(7))
        }
    }

    /// Queues dead mails again, due at once and with all their attempts; returns how many.
    ///
    /// It queues one mail, or with `nil` up to `limit` of them, the oldest first.
    ///
    /// A mail whose order has another address by now is left dead: it would go to a stranger. The row stays the same,
    /// and with it the Message-ID, so that a receiver who has the mail after all can recognize the repeat. If the outbox
    /// is held, the next mail probes at once.
    package static func revive(_ mail: EmailID?, limit: Int, at now: Instant) -> Statement<Int> {
        .affected(
            """
            WITH probe AS (
                \(HoldStatements.probeSoon(at: now))
            )
            UPDATE emails SET status = 'pending', attempts = 0, next_attempt_at = \(now), released = false
            WHERE id IN (
                SELECT e.id FROM emails e JOIN orders o ON o.id = e.order_id
                WHERE e.status = 'dead' AND (\(mail)::uuid IS NULL OR e.id = \(mail)::uuid)
                    AND lower(o.email) = lower(e.recipient)
                ORDER BY e.id LIMIT \(limit)::bigint FOR UPDATE OF e
            )
            """)
    }
}
