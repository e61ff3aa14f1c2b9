import Audit
package import Kernel
import Licensing
import Outbox
package import Postgres

/// The effect of a payment update.
package struct PaymentOutcome: Equatable, Sendable {
    /// The order that changed.
    package let order: OrderID
    /// Its previous status.
    package let previous: OrderStatus
    /// Its new status.
    package let status: OrderStatus
    /// The total amount refunded, in minor units.
    package let amountRefunded: Int64
    /// The total amount refunded before, in minor units.
    package let previouslyRefunded: Int64
    /// The queued mails, leased to the caller.
    package let mails: [EmailID]
}

/// The IDs of the mails that a change may call for.
package struct PaymentMails: Equatable, Sendable {
    let refund: EmailID
    let access: EmailID

    /// Creates new IDs.
    package init(at now: Instant) {
        refund = EmailID(at: now)
        access = EmailID(at: now)
    }
}

/// Stripe's updates of a payment after its sale, and their consequences for the order and its licenses.
///
/// Run `gate` with `keep`, and then `settle`, as one transaction. The first statement takes the payment's lock, so that
/// the second, which begins with the lock held, sees every fact that any other transaction has committed; so does the
/// sale's own statement. Concurrent updates are therefore applied one after the other, and whichever arrives second,
/// fact or sale, finds the first.
package enum PaymentStatements {
    /// Takes the lock for reading or writing the facts of `payment`, until the end of the transaction.
    package static func lock(_ payment: String) -> Statement<Void> {
        .row("SELECT \(locking("\(payment)::text"))") { _ in }
    }

    /// Takes the same lock by the order; locks nothing if there is no such order.
    package static func lock(paymentOf order: OrderID) -> Statement<Int> {
        .affected(
            """
            SELECT \(locking("COALESCE(stripe_payment_intent_id, stripe_session_id, id::text)"))
            FROM orders WHERE id = \(order)
            """)
    }

    /// Takes the payment's lock, as a CTE for a statement that reads or writes the facts of `payment`.
    package static func gate(_ payment: String) -> SQL {
        "gate AS MATERIALIZED (SELECT \(locking("\(payment)::text")))"
    }

    private static func locking(_ payment: SQL) -> SQL { "pg_advisory_xact_lock(hashtextextended(\(payment), 0))" }

    /// Stores an update of `payment`, if it is the latest, once for each row of `source`.
    package static func keep(_ update: PaymentUpdate, of payment: String, from source: SQL) -> SQL {
        switch update {
        case .refundTotal(let amount, let at):
            """
            INSERT INTO refund_totals AS known (stripe_payment_intent_id, amount, stated_at)
            SELECT \(payment), \(amount), \(at) FROM \(source)
            ON CONFLICT (stripe_payment_intent_id) DO UPDATE
            SET amount = EXCLUDED.amount, stated_at = EXCLUDED.stated_at,
                times = CASE WHEN (known.stated_at, known.amount) = (EXCLUDED.stated_at, EXCLUDED.amount)
                    THEN known.times + 1 ELSE 1 END
            WHERE (known.stated_at, known.amount) <= (EXCLUDED.stated_at, EXCLUDED.amount)
            """
        case .refund(let id, let amount, let status, let at):
            """
            INSERT INTO refunds AS known (stripe_refund_id, stripe_payment_intent_id, amount, status, stated_at)
            SELECT \(id), \(payment), \(amount), \(status.rawValue), \(at) FROM \(source)
            ON CONFLICT (stripe_refund_id) DO UPDATE
            SET amount = EXCLUDED.amount, status = EXCLUDED.status, stated_at = EXCLUDED.stated_at
            WHERE (known.stated_at, array_position(ARRAY['pending', 'succeeded', 'failed'], known.status))
                < (EXCLUDED.stated_at, array_position(ARRAY['pending', 'succeeded', 'failed'], EXCLUDED.status))
            """
        case .dispute(let id, let status, let at):
            """
            INSERT INTO disputes AS known (stripe_dispute_id, stripe_payment_intent_id, status, stated_at)
            SELECT \(id), \(payment), \(status.rawValue), \(at) FROM \(source)
            ON CONFLICT (stripe_dispute_id) DO UPDATE
            SET status = EXCLUDED.status, stated_at = EXCLUDED.stated_at
            WHERE (known.stated_at, array_position(ARRAY['open', 'won', 'lost'], known.status))
                < (EXCLUDED.stated_at, array_position(ARRAY['open', 'won', 'lost'], EXCLUDED.status))
            """
        }
    }

    /// Brings the order of `payment` and its licenses to the status that the facts imply; returns `nil` if nothing
    /// changes or the order is unpaid.
    ///
    /// Each change of access is announced by a mail: `refund_confirmed` if a refund closed the order, else one of its own.
    /// A license that the seller revoked by hand stays revoked. Downloads, activations and leases check the license, so
    /// its status grants and revokes all access at once.
    ///
    /// - Parameters:
    ///   - lease: the end of the caller's lease on the mails; `now` to leave them to others.
    ///   - origin: the audit log's origin.
    package static func settle(
        _ payment: String, _ mails: PaymentMails, mailLeasedUntil lease: Instant, by actor: String,
        from origin: String = "", at now: Instant
    ) -> Statement<PaymentOutcome?> {
        .optionalRow(
            """
            WITH payment AS (SELECT \(payment)::text AS id), \(PaymentStatements.facts), standing AS (
                SELECT due.id, due.email, due.was, due.refunded_before, facts.refunded, \(PaymentStatements.status) AS status
                FROM (
                    SELECT o.id, o.email, o.status AS was, o.amount_refunded AS refunded_before, o.amount_total AS total
                    FROM orders o JOIN payment ON o.stripe_payment_intent_id = payment.id
                    WHERE o.status IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'lost')
                ) due, facts
            ), changed AS (
                UPDATE orders o SET status = standing.status, amount_refunded = standing.refunded FROM standing
                WHERE o.id = standing.id AND (o.status <> standing.status OR o.amount_refunded <> standing.refunded)
                RETURNING o.id, o.email, o.status, o.amount_refunded, standing.was, standing.refunded_before,
                    \(PaymentStatements.access) AS access,
                    \(PaymentStatements.accessBefore) AS had
            ), license AS (
                \(LicenseStatements.move(licensesOf: "changed"))
            ), news AS (
                SELECT id, email, \(mails.refund)::uuid AS mail, 'refund_confirmed' AS kind FROM changed
                WHERE amount_refunded > refunded_before
                UNION ALL
                SELECT id, email, \(mails.access)::uuid, CASE access WHEN 'active' THEN 'access_restored'
                    WHEN 'suspended' THEN 'access_suspended' ELSE 'access_revoked' END
                FROM changed WHERE access <> had AND status <> 'refunded'
            ), due_mail AS (
                SELECT mail AS id, id AS order_id, kind, email AS recipient,
                    \(lease > now ? lease : nil)::timestamptz AS leased_until, \(now)::timestamptz AS at
                FROM news WHERE email IS NOT NULL
            ), mail AS (
                \(OutboxStatements.enqueue(from: "due_mail"))
            ), audit AS (
                \(AuditStatements.append(
                    "'order.' || status", of: "id",
                    details: "'from', was, 'amount_refunded', amount_refunded, 'payment', \(payment)::text",
                    by: "\(actor)", origin: "\(origin)", at: "\(now)", from: "changed"))
            )
            SELECT id, was, status, amount_refunded, (SELECT array_agg(mail.id) FROM mail), refunded_before FROM changed
            """
        ) { row throws(PostgresFault) in
            PaymentOutcome(
                order: try row.id(0), previous: try row.orderStatus(1), status: try row.orderStatus(2),
                amountRefunded: try row.integer(3), previouslyRefunded: try row.integer(5),
                mails: row.isNull(4) ? [] : try row.ids(4))
        }
    }

    /// Records why a payment attempt failed, once for each row of `source`; the buyer may try again.
    package static func noteFailure(_ code: String, order: OrderID, at: Instant, from source: SQL) -> SQL {
        """
        UPDATE orders o SET last_payment_error = \(code), last_payment_error_at = \(at) FROM \(source)
        WHERE o.id = \(order) AND (o.last_payment_error_at IS NULL OR o.last_payment_error_at <= \(at))
        """
    }

    // MARK: The rules of payment and access, shared by the sale and later updates

    /// The CTE `facts`, after a CTE `payment (id)`; it always has one row.
    ///
    /// The amount refunded is the larger of two readings: the refunds that are known and did not fail, and the charge's
    /// latest total less what failed since. A refund that failed in the very second of the total is in it, unless the
    /// same total was stated twice in that second: the charge could reach it again only after the failure.
    package static let facts: SQL = """
        facts AS MATERIALIZED (
            SELECT known.is_lost, known.is_open, greatest(known.others, known.total - known.failed, 0) AS refunded
            FROM (
                SELECT COALESCE(latest.amount, 0) AS total,
                    COALESCE(refund.failed, 0)::bigint AS failed, COALESCE(refund.others, 0)::bigint AS others,
                    COALESCE(dispute.is_lost, false) AS is_lost, COALESCE(dispute.is_open, false) AS is_open
                FROM payment LEFT JOIN refund_totals latest ON latest.stripe_payment_intent_id = payment.id, LATERAL (
                    SELECT sum(amount) FILTER (WHERE status = 'failed' AND (stated_at > latest.stated_at
                            OR (stated_at = latest.stated_at AND latest.times = 1))) AS failed,
                        sum(amount) FILTER (WHERE status <> 'failed') AS others
                    FROM refunds WHERE stripe_payment_intent_id = payment.id
                ) refund, LATERAL (
                    SELECT bool_or(status = 'lost') AS is_lost, bool_or(status = 'open') AS is_open
                    FROM disputes WHERE stripe_payment_intent_id = payment.id
                ) dispute
            ) known
        )
        """

    /// The status of a paid order, from `facts` and `due.total`.
    package static let status: SQL = """
        CASE WHEN facts.is_lost THEN 'lost'
            WHEN facts.refunded > 0 AND facts.refunded >= due.total THEN 'refunded'
            WHEN facts.is_open THEN 'disputed'
            WHEN facts.refunded > 0 THEN 'partially_refunded'
            ELSE 'paid' END
        """

    /// `OrderStatus.access` of `standing.status`, for a paid order.
    package static let access: SQL = access(of: "standing.status")

    private static let accessBefore: SQL = access(of: "standing.was")

    private static func access(of status: SQL) -> SQL {
        "CASE WHEN \(status) IN ('refunded', 'lost') THEN 'revoked' WHEN \(status) = 'disputed' THEN 'suspended' ELSE 'active' END"
    }
}
