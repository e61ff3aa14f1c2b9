package import Commerce
package import Kernel
package import Postgres

/// A mail that the caller has leased and must settle.
package struct ClaimedMail: Equatable, Sendable {
    /// The outbox row.
    package let id: EmailID
    /// The kind of mail, as the outbox names it.
    package let kind: String
    /// Who gets it; `nil` when what stands there is no address, which must not hold up the mails beside it.
    package let recipient: EmailAddress?
    /// Which attempt this is; 1 is the first.
    package let attempt: Int
    /// When the row was made.
    package let createdAt: Instant
    /// What it is about: its order, and for a resend every order of the same customer.
    package let purchases: [Purchase]
}

/// The outbox: mails that wait, who sends them now, and what became of it.
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

    /// Gives up the mails of `order` that wait, except those of one kind, because of `reason`, for a WITH part; returns
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

    /// Leases up to `limit` mails that are due, oldest first, passing over those that another process holds.
    package static func claim(limit: Int, leaseUntil lease: Instant, at now: Instant) -> Statement<[ClaimedMail]> {
        Statement(
            """
            WITH due AS (
                SELECT id FROM emails WHERE status = 'pending' AND next_attempt_at <= \(now)
                ORDER BY next_attempt_at LIMIT \(limit)::integer FOR UPDATE SKIP LOCKED
            ), claimed AS (
                UPDATE emails e SET attempts = e.attempts + 1, next_attempt_at = \(lease) FROM due WHERE e.id = due.id
                RETURNING e.id, e.kind, e.recipient, e.attempts, e.created_at, e.order_id
            )
            \(contents)
            """, read: mails)
    }

    /// The mails of these rows, which the caller has leased already.
    package static func leased(_ mails: [EmailID]) -> Statement<[ClaimedMail]> {
        Statement(
            """
            WITH claimed AS (
                SELECT id, kind, recipient, attempts, created_at, order_id FROM emails
                WHERE id = ANY (\(mails)) AND status = 'pending'
            )
            \(contents)
            """, read: self.mails)
    }

    /// What the mails of the CTE `claimed` are about.
    ///
    /// A mail tells of no order whose address is another by now: what was queued for an address that has been put
    /// right since is about nothing any more, but for the news that it was.
    private static let contents: SQL = """
        SELECT c.id, c.kind, c.recipient, c.attempts, c.created_at,
            o.id, o.created_at, o.amount_total, o.currency, i.product_id, l.ids, l.versions, o.status, o.amount_refunded,
            l.reissues
        FROM claimed c
        LEFT JOIN orders own ON own.id = c.order_id
        LEFT JOIN orders o ON (c.kind = 'address_changed' OR lower(o.email) = lower(c.recipient))
            AND (o.id = own.id OR (c.kind = 'resend' AND o.customer_id = own.customer_id))
        LEFT JOIN order_items i ON i.order_id = o.id
        LEFT JOIN LATERAL (
            SELECT array_agg(id ORDER BY id) AS ids, array_agg(key_version ORDER BY id) AS versions,
                array_agg(reissues ORDER BY id) AS reissues
            FROM licenses WHERE order_id = o.id AND status = 'active'
        ) l ON true
        ORDER BY c.created_at, c.id, o.created_at
        """

    private static func mails(_ result: borrowing ResultSet) throws(PostgresFault) -> [ClaimedMail] {
        var mails: [ClaimedMail] = []
        for index in 0..<result.rowCount {
            let mail = try result.withRow(index, claimed)
            if let last = mails.last, last.id == mail.id {
                mails[mails.count - 1] = last.adding(mail.purchases)
            } else {
                mails.append(mail)
            }
        }
        return mails
    }

    /// Notes what an attempt led to.
    ///
    /// A mail that was settled by somebody else meanwhile stays as it is, and an attempt that outlived its lease says
    /// nothing of the one that followed, unless the mail was sent by it.
    package static func settle(
        _ mail: EmailID, attempt: Int, _ next: MailSchedule.Next, error: String?, at now: Instant
    ) -> Statement<Int> {
        switch next {
        case .sent:
            .affected(
                """
                UPDATE emails SET status = 'sent', sent_at = \(now), last_error = NULL
                WHERE id = \(mail) AND status = 'pending'
                """)
        case .retry(let pause):
            .affected(
                """
                UPDATE emails SET next_attempt_at = \(now + pause), last_error = \(error)
                WHERE id = \(mail) AND attempts = \(attempt)::integer AND status = 'pending'
                """)
        case .dead:
            .affected(
                """
                UPDATE emails SET status = 'dead', last_error = \(error)
                WHERE id = \(mail) AND attempts = \(attempt)::integer AND status = 'pending'
                """)
        }
    }

    private static func claimed(_ row: borrowing Row) throws(PostgresFault) -> ClaimedMail {
        ClaimedMail(
            id: try row.id(0), kind: try row.text(1), recipient: EmailAddress(try row.text(2)),
            attempt: Int(try row.integer(3)), createdAt: try row.instant(4),
            purchases: try purchase(row).map { [$0] } ?? [])
    }

    private static func purchase(_ row: borrowing Row) throws(PostgresFault) -> Purchase? {
        guard !row.isNull(9) else { return nil }
        let ids: [LicenseID] = row.isNull(10) ? [] : try row.ids(10)
        let (versions, reissues) = row.isNull(10) ? ([], []) : (try row.integers(11), try row.integers(14))
        let licenses = ids.indices.map { index in
            Purchase.License(id: ids[index], keyVersion: Int(versions[index]), reissues: Int(reissues[index]))
        }
        let currency = try row.currency(8)
        return Purchase(
            order: try row.id(5), status: try row.orderStatus(12), orderedAt: try row.instant(6),
            total: Money(minorUnits: try row.integer(7), currency: currency),
            refunded: Money(minorUnits: try row.integer(13), currency: currency), product: try row.id(9),
            licenses: licenses)
    }
}

extension ClaimedMail {
    fileprivate func adding(_ more: [Purchase]) -> ClaimedMail {
        ClaimedMail(
            id: id, kind: kind, recipient: recipient, attempt: attempt, createdAt: createdAt,
            purchases: purchases + more)
    }
}
