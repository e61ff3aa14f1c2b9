package import Audit
import Downloads
package import Kernel
import Outbox
package import Postgres

/// The IDs of the mails that a corrected address may call for.
package struct CorrectionMails: Equatable, Sendable {
    let ids: [EmailID]
    let notice: EmailID

    /// Creates new IDs: one for each kind of mail that may have to be repeated, and one for the previous address.
    package init(at now: Instant) {
        ids = (0..<5).map { _ in EmailID(at: now) }
        notice = EmailID(at: now)
    }
}

/// The outcome of a request to correct an address.
package enum CorrectionOutcome: Equatable, Sendable {
    /// It was corrected from `previous`; these mails to it are queued, and the notice to the previous address.
    case corrected(previous: String?, mails: [EmailID], notice: EmailID?)
    /// The order has this address already.
    case unchanged
    /// The order has not been placed yet, so it has no address that could be wrong.
    case notPlaced(OrderStatus)
    /// It is too late, it was corrected too often, or the order has no active license.
    case beyondLimits
    /// There is no such order.
    case noOrder
}

/// The one statement that corrects a buyer's address, for the seller and for the buyer.
package enum CorrectionStatements {
    /// The audit log's name for the action.
    package static let action = "email.corrected"

    /// Gives `order` the address `email` and its customer, and repeats the mails that it should have received.
    ///
    /// Other orders of the previous customer stay with that customer. Queued mails about the order no longer go to the
    /// old address: their content goes to the new one, with a receipt if a license is active, and links that were sent
    /// stop working. Addresses that Stripe reports later are ignored.
    ///
    /// The previous address is notified of the change (without the new address) if it ever received mail: a buyer so
    /// learns of a stranger who made it, and a stranger whose address was typed by mistake learns that the license is
    /// not theirs. One that never received mail learns nothing.
    ///
    /// Run it after `PaymentStatements.lock(paymentOf:)`, in one transaction: it then sees every mail that a concurrent
    /// correction or sale has queued.
    ///
    /// - Parameters:
    ///   - rule: the limits for a buyer; `nil` for the seller, who may correct the address of any placed order. A buyer
    ///     who enters the same address again gets the mail again, and does not learn whether it was the same.
    ///   - lease: the end of the caller's lease on the mails; without one they are due at once.
    package static func correctEmail(
        of order: OrderID, to email: EmailAddress, _ rule: CorrectionRule?, _ mails: CorrectionMails,
        leasedUntil lease: Instant? = nil, by context: AuditContext
    ) -> Statement<CorrectionOutcome> {
        Statement(
            """
            WITH \(input(order, email, rule, mails, lease, context)), \(found), changed AS (
                UPDATE orders o
                SET email = due.new_email, customer_id = customer.id, email_corrected_at = due.at,
                    email_corrections = o.email_corrections + due.is_buyer::integer
                FROM due, customer WHERE o.id = due.id
                RETURNING o.id, due.email AS previous
            ), dropped AS (
                \(OutboxStatements.drop(
                    mailsOf: "changed", except: "'address_changed'", because: "the address was put right"))
            ), revoked AS (
                \(GrantStatements.revoke(of: "changed.id", from: "changed", at: context.at))
            ), \(dueMail), mail AS (
                \(OutboxStatements.enqueue(from: "due_mail"))
            ), audit AS (
                \(AuditStatements.append(
                    context, "\(action)", of: "id",
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

    /// Returns the CTE `input`, which binds each value once.
    private static func input(
        _ order: OrderID, _ email: EmailAddress, _ rule: CorrectionRule?, _ mails: CorrectionMails, _ lease: Instant?,
        _ context: AuditContext
    ) -> SQL {
        """
        input AS (
            SELECT \(order)::uuid AS order_id, \(email)::text AS new_email, \(rule != nil)::boolean AS is_buyer,
                \(rule.map { context.at - $0.window })::timestamptz AS window_start, \(rule?.count ?? 0)::integer AS times,
                \(CustomerID(at: context.at))::uuid AS new_customer, \(mails.ids)::uuid[] AS mails,
                \(mails.notice)::uuid AS notice, \(lease)::timestamptz AS leased_until, \(context.at)::timestamptz AS at
        )
        """
    }

    /// The CTEs `found` and `due`, the order and whether it may be changed, and `customer`, the owner of the address.
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

    /// The CTE `due_mail`: the mails to repeat, a receipt if a license is active, and the notice.
    private static let dueMail: SQL = """
        again AS (
            SELECT kind FROM dropped WHERE kind IN ('refund_confirmed', 'access_suspended', 'access_revoked', 'payment_failed')
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
