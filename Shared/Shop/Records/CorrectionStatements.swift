package import Commerce
package import Kernel
package import Postgres

/// The IDs of the mails that a corrected address may call for.
package struct CorrectionMails: Equatable, Sendable {
    let ids: [EmailID]
    let notice: EmailID

    /// Fresh IDs: one for each kind of mail that may have to go again, and one for the address before.
    package init(at now: Instant) {
        ids = (0..<4).map { _ in EmailID(at: now) }
        notice = EmailID(at: now)
    }
}

/// What became of a wish to put an address right.
package enum CorrectionOutcome: Equatable, Sendable {
    /// It is right now, where it was `previous`; these mails wait to go to it, and the notice to the address before.
    case corrected(previous: String?, mails: [EmailID], notice: EmailID?)
    /// The order has this address already.
    case unchanged
    /// Nobody has given an address for it yet that could be wrong.
    case notPlaced(OrderStatus)
    /// It is too late, it was too often, or the order opens no doors.
    case beyondLimits
    /// There is no such order.
    case noOrder
}

/// The one statement that puts a buyer's address right, for the seller and for the buyer.
package enum CorrectionStatements {
    /// What the audit log calls it.
    package static let action = "email.corrected"

    /// Gives `order` the address `email` and the customer who has it, and sends what it has to say once more.
    ///
    /// Other orders of the customer before stay theirs. Mails about the order that have not gone out yet do not go to
    /// the old address any more: what they say goes to the new one, with a receipt if the order opens doors, and links
    /// that were sent stop working. What Stripe later says of the buyer's address does not count any more.
    ///
    /// An address that a mail has gone to is told that it is this order's no more, and not which one is: a buyer learns
    /// so of a stranger who did it, and a stranger whose address was typed by mistake that the license is not theirs.
    /// One that no mail has reached learns nothing.
    ///
    /// Run it behind `PaymentStatements.lock(paymentOf:)`, in one transaction: it then sees every mail that a correction
    /// or a sale at the same time has queued.
    ///
    /// - Parameters:
    ///   - rule: what the buyer may; a buyer who gives the same address again gets the mail again, and learns nothing of
    ///     whether it was the same. `nil` for the seller, who may put any order's address right that has one.
    ///   - lease: until when the mails are the caller's to send; they are due at once when it is absent.
    package static func correctEmail(
        of order: OrderID, to email: EmailAddress, _ rule: CorrectionRule?, _ mails: CorrectionMails,
        leasedUntil lease: Instant? = nil, by stamp: AuditStamp
    ) -> Statement<CorrectionOutcome> {
        let isBuyer = rule != nil
        return Statement(
            """
            WITH found AS (
                SELECT o.id, o.shop_id, o.customer_id, o.status, o.email, o.email = \(email) AS is_same,
                    o.status IN ('pending', 'expired') AS is_early,
                    \(isBuyer)::boolean AND NOT COALESCE(
                        o.status IN ('paid', 'partially_refunded') AND o.paid_at > \(rule.map { stamp.at - $0.window })::timestamptz
                            AND o.email_corrections < \(rule?.count ?? 0)::integer
                            AND EXISTS (SELECT FROM licenses l WHERE l.order_id = o.id AND l.status = 'active'), false
                    ) AS is_late
                FROM orders o WHERE o.id = \(order) FOR UPDATE
            ), due AS (
                SELECT id, shop_id, customer_id, email FROM found
                WHERE (is_same IS NOT TRUE OR \(isBuyer)::boolean) AND NOT is_early AND NOT is_late
            ), customer AS (
                INSERT INTO customers AS c (id, shop_id, email, name, created_at)
                SELECT \(CustomerID(at: stamp.at)), shop_id, \(email), (SELECT name FROM customers WHERE id = due.customer_id),
                    \(stamp.at)
                FROM due
                ON CONFLICT (shop_id, lower(email)) DO UPDATE SET name = c.name
                RETURNING id
            ), changed AS (
                UPDATE orders o SET email = \(email), customer_id = customer.id, email_corrected_at = \(stamp.at),
                    email_corrections = o.email_corrections + \(isBuyer)::boolean::integer
                FROM due, customer WHERE o.id = due.id
                RETURNING o.id, due.email AS previous
            ), dropped AS (
                UPDATE emails e SET status = 'dead', last_error = 'the address was put right' FROM changed
                WHERE e.order_id = changed.id AND e.status = 'pending' AND e.kind <> 'address_changed'
                RETURNING e.kind
            ), revoked AS (
                UPDATE download_grants g SET revoked_at = \(stamp.at) FROM changed
                WHERE g.order_id = changed.id AND g.revoked_at IS NULL
            ), again AS (
                SELECT kind FROM dropped WHERE kind IN ('refund_confirmed', 'access_suspended', 'payment_failed')
                UNION
                SELECT 'receipt' FROM changed
                WHERE EXISTS (SELECT FROM licenses l WHERE l.order_id = changed.id AND l.status = 'active')
            ), news AS (
                SELECT (\(mails.ids)::uuid[])[row_number() OVER (ORDER BY kind)] AS id, kind, \(email)::text AS recipient FROM again
                UNION ALL
                SELECT \(mails.notice)::uuid, 'address_changed', previous FROM changed
                WHERE lower(previous) <> lower(\(email)::text) AND EXISTS (
                    SELECT FROM emails e
                    WHERE e.order_id = changed.id AND e.status = 'sent' AND lower(e.recipient) = lower(previous)
                )
            ), mail AS (
                INSERT INTO emails (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at)
                SELECT news.id, changed.id, news.kind, news.recipient, 'pending', (\(lease)::timestamptz IS NOT NULL)::integer,
                    COALESCE(\(lease)::timestamptz, \(stamp.at)), \(stamp.at)
                FROM changed, news
            ), audit AS (
                \(AuditStatements.insert)
                SELECT \(stamp.at), \(stamp.actor.description), \(action), id,
                    jsonb_strip_nulls(jsonb_build_object(
                        'reason', \(stamp.reason)::text, 'to', \(email.masked)::text,
                        'from', left(previous, 1) || '…' || substring(previous FROM position('@' IN previous)))),
                    \(stamp.origin)
                FROM changed
            )
            SELECT status, email, is_early, is_late, EXISTS (SELECT FROM changed),
                (SELECT array_agg(id) FROM news WHERE kind <> 'address_changed'),
                (SELECT id FROM news WHERE kind = 'address_changed')
            FROM found
            """
        ) { result throws(PostgresFault) in
            guard result.rowCount > 0 else { return .noOrder }
            return try result.withRow(0, outcome)
        }
    }

    private static func outcome(_ row: borrowing Row) throws(PostgresFault) -> CorrectionOutcome {
        if try row.bool(2) { return .notPlaced(try row.orderStatus(0)) }
        if try row.bool(3) { return .beyondLimits }
        guard try row.bool(4) else { return .unchanged }
        return .corrected(
            previous: try row.optionalText(1), mails: row.isNull(5) ? [] : try row.ids(5), notice: try row.optionalID(6)
        )
    }
}
