package import Kernel
package import Postgres

/// The outbox: queued mails, their leases, and their outcomes.
package enum OutboxStatements {
    /// Queues a mail for each row of `source`, for a WITH part of the statement that makes the mail necessary; returns
    /// `id` and `order_id`.
    ///
    /// - Parameter source: a CTE with `id`, `order_id`, `kind`, `recipient`, `leased_until` and `at`. A mail that is
    ///   leased counts as tried once; one that is not is due at once.
    package static func enqueue(from source: SQL) -> SQL {
        """
        INSERT INTO emails (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at)
        SELECT m.id, m.order_id, m.kind, m.recipient, 'pending', (m.leased_until IS NOT NULL)::integer,
            COALESCE(m.leased_until, m.at), m.at
        FROM \(source) m
        RETURNING id, order_id
        """
    }

    /// Drops the pending mails of an order, except those of one kind, because of `reason`, for a WITH part; returns
    /// `kind`.
    ///
    /// - Parameter source: a CTE with the order's `id`.
    package static func drop(mailsOf source: SQL, except kind: SQL, because reason: String) -> SQL {
        """
        UPDATE emails e SET status = 'dead', last_error = \(reason) FROM \(source) o
        WHERE e.order_id = o.id AND e.status = 'pending' AND e.kind <> \(kind)
        RETURNING e.kind
        """
    }

    /// Whether a mail `e` is being sent: it has been claimed, and no outcome is recorded.
    ///
    /// It may arrive at any moment, or have arrived, if the process ended before it could record that.
    package static let isUnderWay: SQL = "(e.status = 'pending' AND e.attempts > 0 AND e.last_error IS NULL)"

    /// Leases up to `limit` mails that are due, oldest first, skipping those that another process has locked.
    ///
    /// While the outbox is held: one mail if a probe is due, else none.
    package static func claim(limit: Int, leaseUntil lease: Instant, at now: Instant) -> Statement<[EmailJob]> {
        .rows(
            """
            WITH probe AS (
                \(HoldStatements.takeProbe(
                    until: lease, at: now,
                    when: """
                        EXISTS (SELECT FROM emails WHERE status = 'pending' AND next_attempt_at <= \(now))
                        """))
            ), due AS (
                SELECT id FROM emails WHERE status = 'pending' AND next_attempt_at <= \(now)
                ORDER BY next_attempt_at LIMIT \(HoldStatements.limit(limit, probes: "probe")) FOR UPDATE SKIP LOCKED
            ), claimed AS (
                UPDATE emails e SET attempts = e.attempts + 1, next_attempt_at = \(lease), last_error = NULL
                FROM due WHERE e.id = due.id
                RETURNING e.id, e.kind, e.recipient, e.attempts, e.created_at
            )
            SELECT id, kind, recipient, attempts, created_at FROM claimed ORDER BY created_at, id
            """, job)
    }

    /// Returns the mails of these rows, which the caller has leased already.
    ///
    /// While the outbox is held: one of them if a probe is due, else none; the others keep their lease and wait for the
    /// next round.
    package static func leased(
        _ mails: [EmailID], leaseUntil lease: Instant, at now: Instant
    ) -> Statement<[EmailJob]> {
        .rows(
            """
            WITH probe AS (
                \(HoldStatements.takeProbe(
                    until: lease, at: now,
                    when: "EXISTS (SELECT FROM emails WHERE id = ANY (\(mails)) AND status = 'pending')"))
            )
            SELECT id, kind, recipient, attempts, created_at FROM emails
            WHERE id = ANY (\(mails)) AND status = 'pending'
            ORDER BY created_at, id LIMIT \(HoldStatements.limit(mails.count, probes: "probe"))
            """, job)
    }

    private static let job: @Sendable (borrowing Row) throws(PostgresFault) -> EmailJob = { row throws(PostgresFault) in
        EmailJob(
            id: try row.id(0), kind: EmailKind(rawValue: try row.text(1)),
            recipient: EmailAddress(stored: try row.text(2)),
            attempt: Int(try row.integer(3)), createdAt: try row.instant(4))
    }
}
