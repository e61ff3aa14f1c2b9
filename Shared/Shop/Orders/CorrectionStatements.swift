package import Audit
import Downloads
package import Kernel
import Outbox
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
        leasedUntil lease: Instant? = nil, by stamp: AuditContext
    ) -> Statement<CorrectionOutcome> {
        Statement(
            """
            WITH \(input(order, email, rule, mails, lease, stamp)), \(found), changed AS (
                UPDATE orders o
                SET email = due.new_email, customer_id = customer.id, email_corrected_at = due.at,
                    email_corrections = o.email_corrections + due.is_buyer::integer
                FROM due, customer WHERE o.id = due.id
                RETURNING o.id, due.email AS previous
            ), dropped AS (
                \(OutboxStatements.drop(
                    mailsOf: "changed", except: "'address_changed'", because: "the address was put right"))
            ), revoked AS (
                \(GrantStatements.revoke(of: "changed.id", from: "changed", at: stamp.at))
            ), \(dueMail), mail AS (
                \(OutboxStatements.enqueue(from: "due_mail"))
            ), audit AS (
                \(AuditStatements.append(
                    stamp, "\(action)", of: "id",
                    details: """
                        'to', \(email.masked)::text,
                        'from', left(previous, 1) || '…' || substring(previous FROM position('@' IN previous))
                        """,
                    from: "changed"))
            )
            SELECT status, email, is_early, is_late, EXISTS (SELECT FROM changed),
                (SELECT array_agg(id) FROM due_mail WHERE kind <> 'address_changed'),
                (SELECT id FROM due_mail WHERE kind = 'address_changed')
            FROM found
            """
        ) { result throws(PostgresFault) in
            guard result.rowCount > 0 else { return .noOrder }
            return try result.withRow(0, outcome)
        }
    }

    /// The CTE `input`: each value once.
    private static func input(
        _ order: OrderID, _ email: EmailAddress, _ rule: CorrectionRule?, _ mails: CorrectionMails, _ lease: Instant?,
        _ stamp: AuditContext
    ) -> SQL {
        """
        input AS (
            SELECT \(order)::uuid AS order_id, \(email)::text AS new_email, \(rule != nil)::boolean AS is_buyer,
                \(rule.map { stamp.at - $0.window })::timestamptz AS window_start, \(rule?.count ?? 0)::integer AS times,
                \(CustomerID(at: stamp.at))::uuid AS new_customer, \(mails.ids)::uuid[] AS mails,
                \(mails.notice)::uuid AS notice, \(lease)::timestamptz AS leased_until, \(stamp.at)::timestamptz AS at
        )
        """
    }

    /// The CTEs `found` and `due`, the order and whether it may be changed, and `customer`, who has the address.
    private static let found: SQL = """
        found AS (
            SELECT o.id, o.shop_id, o.customer_id, o.status, o.email, o.email = new_email AS is_same, new_email, new_customer,
                is_buyer, at, o.status IN ('pending', 'expired') AS is_early,
                is_buyer AND NOT COALESCE(
                    o.status IN ('paid', 'partially_refunded') AND o.paid_at > window_start
                        AND o.email_corrections < times
                        AND EXISTS (SELECT FROM licenses l WHERE l.order_id = o.id AND l.status = 'active'), false
                ) AS is_late
            FROM input JOIN orders o ON o.id = input.order_id FOR UPDATE OF o
        ), due AS (
            SELECT id, shop_id, customer_id, email, new_email, new_customer, is_buyer, at FROM found
            WHERE (is_same IS NOT TRUE OR is_buyer) AND NOT is_early AND NOT is_late
        ), customer AS (
            INSERT INTO customers AS c (id, shop_id, email, name, created_at)
            SELECT new_customer, shop_id, new_email, (SELECT name FROM customers WHERE id = due.customer_id), at FROM due
            ON CONFLICT (shop_id, lower(email)) DO UPDATE SET name = c.name
            RETURNING id
        )
        """

    /// The CTE `due_mail`: what was said already once more, a receipt if the order opens doors, and the notice.
    private static let dueMail: SQL = """
        again AS (
            SELECT kind FROM dropped WHERE kind IN ('refund_confirmed', 'access_suspended', 'payment_failed')
            UNION
            SELECT 'receipt' FROM changed
            WHERE EXISTS (SELECT FROM licenses l WHERE l.order_id = changed.id AND l.status = 'active')
        ), news AS (
            SELECT input.mails[row_number() OVER (ORDER BY kind)] AS id, kind, new_email AS recipient FROM again, input
            UNION ALL
            SELECT input.notice, 'address_changed', previous FROM changed, input
            WHERE lower(previous) <> lower(new_email) AND EXISTS (
                SELECT FROM emails e
                WHERE e.order_id = changed.id AND e.status = 'sent' AND lower(e.recipient) = lower(previous)
            )
        ), due_mail AS (
            SELECT news.id, changed.id AS order_id, news.kind, news.recipient, input.leased_until, input.at
            FROM changed, news, input
        )
        """

    private static func outcome(_ row: borrowing Row) throws(PostgresFault) -> CorrectionOutcome {
        if try row.bool(2) { return .notPlaced(try row.orderStatus(0)) }
        if try row.bool(3) { return .beyondLimits }
        guard try row.bool(4) else { return .unchanged }
        return .corrected(
            previous: try row.optionalText(1), mails: row.isNull(5) ? [] : try row.ids(5), notice: try row.optionalID(6)
        )
    }
}
