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
    /// How much of it belongs to no line, because it fits none or several.
    package let unallocated: Int64
    /// How much of it belonged to no line before.
    package let previouslyUnallocated: Int64
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
/// Run `lock`, then a statement with `keep`, and then `settle`, as one transaction. The first takes the payment's lock, so
/// that the others, which begin with the lock held, see every fact that any other transaction has committed; so does
/// the sale's own statement. Concurrent updates are therefore applied one after the other, and whichever arrives second,
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

    private static func locking(_ payment: SQL) -> SQL { "pg_advisory_xact_lock(hashtextextended(\(payment), 0))" }

    /// Stores an update of `payment`, if it is the latest, once for each row of `source`, a part with the column
    /// `stripe_event_id`.
    ///
    /// - Parameter currency: the currency of the update's amount; `nil` stands for the order's.
    package static func keep(
        _ update: PaymentUpdate, in currency: Currency?, of payment: String, from source: SQL
    ) -> SQL {
        let currency = currency?.code
        return switch update {
        case .refundTotal(let amount, let at):
            """
            INSERT INTO refund_totals AS known (stripe_payment_intent_id, amount, stated_at, currency, event)
            SELECT \(payment), \(amount), \(at), \(currency), stripe_event_id FROM \(source)
            ON CONFLICT (stripe_payment_intent_id) DO UPDATE
            SET amount = EXCLUDED.amount, stated_at = EXCLUDED.stated_at, currency = EXCLUDED.currency,
                event = EXCLUDED.event,
                times = CASE WHEN (known.stated_at, known.amount) = (EXCLUDED.stated_at, EXCLUDED.amount)
                    THEN known.times + 1 ELSE 1 END
            WHERE (known.stated_at, known.amount) <= (EXCLUDED.stated_at, EXCLUDED.amount)
            """
        case .refund(let id, let amount, let status, let at, let lines, let madeAt, let presentment):
            """
            INSERT INTO refunds AS known (stripe_refund_id, stripe_payment_intent_id, amount, status, stated_at, currency,
                event, line_positions, line_amounts, created_at, presentment_amount, presentment_currency)
            SELECT \(id), \(payment), \(amount), \(status.rawValue), \(at), \(currency), stripe_event_id,
                \(lines?.positions)::bigint[]::smallint[], \(lines?.amounts)::bigint[], \(madeAt)::timestamptz,
                \(presentment?.minorUnits)::bigint, \(presentment?.currency.code)
            FROM \(source)
            ON CONFLICT (stripe_refund_id) DO UPDATE
            SET amount = EXCLUDED.amount, status = EXCLUDED.status, stated_at = EXCLUDED.stated_at,
                currency = EXCLUDED.currency, event = EXCLUDED.event,
                line_positions = EXCLUDED.line_positions, line_amounts = EXCLUDED.line_amounts,
                created_at = COALESCE(known.created_at, EXCLUDED.created_at),
                presentment_amount = COALESCE(EXCLUDED.presentment_amount, known.presentment_amount),
                presentment_currency = COALESCE(EXCLUDED.presentment_currency, known.presentment_currency)
            WHERE (known.stated_at, array_position(ARRAY['pending', 'succeeded', 'failed'], known.status))
                < (EXCLUDED.stated_at, array_position(ARRAY['pending', 'succeeded', 'failed'], EXCLUDED.status))
            """
        case .dispute(let id, let status, let at):
            """
            INSERT INTO disputes AS known 
                (stripe_dispute_id, stripe_payment_intent_id, status, stated_at, currency, event)
            SELECT \(id), \(payment), \(status.rawValue), \(at), \(currency), stripe_event_id FROM \(source)
            ON CONFLICT (stripe_dispute_id) DO UPDATE
            SET status = EXCLUDED.status, stated_at = EXCLUDED.stated_at, currency = EXCLUDED.currency,
                event = EXCLUDED.event
            WHERE (known.stated_at, array_position(ARRAY['open', 'won', 'lost'], known.status))
                < (EXCLUDED.stated_at, array_position(ARRAY['open', 'won', 'lost'], EXCLUDED.status))
            """
        }
    }

    /// Brings the order of `payment` and its licenses to the status that the facts imply; returns `nil` if nothing
    /// changes or the order is unpaid.
    ///
    /// Each change of access is announced by a mail: `refund_confirmed` if a refund closed the order or lines of it, else
    /// one of its own. A license that the seller revoked by hand stays revoked. Downloads, activations and leases check
    /// the license, so its status grants and revokes all access at once.
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
            WITH payment AS (
                SELECT \(payment)::text AS id,
                    (SELECT currency FROM orders WHERE stripe_payment_intent_id = \(payment) LIMIT 1) AS currency
            ), \(PaymentStatements.facts), \(settlement), news AS (
                SELECT id, email, \(mails.refund)::uuid AS mail, 'refund_confirmed' AS kind FROM changed
                WHERE amount_refunded > refunded_before OR has_closed
                UNION ALL
                SELECT id, email, \(mails.access)::uuid, access_mail FROM changed WHERE access_mail IS NOT NULL
            ), due_mail AS (
                SELECT mail AS id, id AS order_id, kind, email AS recipient,
                    \(lease > now ? lease : nil)::timestamptz AS leased_until, \(now)::timestamptz AS at
                FROM news WHERE email IS NOT NULL
            ), mail AS (
                \(OutboxStatements.enqueue(from: "due_mail"))
            ), audit AS (
                \(AuditStatements.append(
                    "'order.' || status", of: "id",
                    details: """
                        'from', was, 'amount_refunded', amount_refunded, 'unallocated', NULLIF(unallocated, 0),
                        'payment', \(payment)::text
                        """,
                    by: "\(actor)", origin: "\(origin)", at: "\(now)", from: "changed"))
            )
            SELECT id, was, status, amount_refunded, (SELECT array_agg(mail.id) FROM mail), refunded_before, unallocated,
                unallocated_before
            FROM changed
            """
        ) { row throws(PostgresFault) in
            PaymentOutcome(
                order: try row.id(0), previous: try row.orderStatus(1), status: try row.orderStatus(2),
                amountRefunded: try row.integer(3), previouslyRefunded: try row.integer(5),
                unallocated: try row.integer(6), previouslyUnallocated: try row.integer(7),
                mails: row.isNull(4) ? [] : try row.ids(4))
        }
    }

    /// The CTEs from the paid order of `payment` and its lines, by `facts`, to what changed, ending with `changed`: one
    /// row if anything did.
    private static let settlement: SQL = """
        due AS (
            SELECT o.id, o.email, o.status AS was, o.amount_refunded AS refunded_before, o.amount_total AS total
            FROM orders o JOIN payment ON o.stripe_payment_intent_id = payment.id
            WHERE o.status IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'lost')
        ), line AS MATERIALIZED (
            SELECT due.id AS order_id, l.position, l.amount_total AS total, l.amount_refunded AS refunded_before,
                l.product_id IS NOT NULL AS has_access
            FROM due JOIN order_lines l ON l.order_id = due.id
        ), pending AS (
            SELECT EXISTS (
                SELECT FROM refund_requests q JOIN due ON q.order_id = due.id WHERE q.ended_at IS NULL
            ) AS is_asked
        ), \(PaymentStatements.share(isAsked: "(SELECT is_asked FROM pending)")), standing AS (
            SELECT due.*, facts.refunded, \(PaymentStatements.status) AS status FROM due, facts
        ), moved AS (
            SELECT standing.id, line.position AS line, line.refunded_before, refund.amount AS refunded, line.has_access,
                \(access(of: "standing.was", isRefunded: isRefunded("line.refunded_before", of: "line.total")))
                    AS had,
                \(access(of: "standing.status", isRefunded: isRefunded("refund.amount", of: "line.total"))) AS access
            FROM standing JOIN line ON line.order_id = standing.id, LATERAL (\(PaymentStatements.refundOfLine)) refund
        ), line_change AS (
            UPDATE order_lines l SET amount_refunded = moved.refunded FROM moved
            WHERE l.order_id = moved.id AND l.position = moved.line AND moved.refunded <> moved.refunded_before
        ), change AS (
            SELECT COALESCE(sum(refunded), 0)::bigint AS allocated, COALESCE(sum(refunded_before), 0)::bigint AS allocated_before,
                bool_or(refunded <> refunded_before) AS is_any,
                bool_or(has_access AND access = 'revoked' AND had <> 'revoked') AS has_closed,
                bool_or(has_access AND access = 'active' AND had <> 'active') AS has_opened,
                bool_or(has_access AND access = 'suspended' AND had <> 'suspended') AS has_paused
            FROM moved
        ), changed AS (
            UPDATE orders o SET status = standing.status, amount_refunded = standing.refunded FROM standing, change, pending
            WHERE o.id = standing.id
                AND (o.status <> standing.status OR o.amount_refunded <> standing.refunded OR change.is_any)
            RETURNING o.id, o.email, o.status, o.amount_refunded, standing.was, standing.refunded_before,
                CASE WHEN pending.is_asked THEN 0 ELSE standing.refunded - change.allocated END AS unallocated,
                standing.refunded_before - change.allocated_before AS unallocated_before,
                change.has_closed AND o.status <> 'lost' AS has_closed,
                CASE WHEN change.has_opened THEN 'access_restored' WHEN change.has_paused THEN 'access_suspended'
                    WHEN change.has_closed AND o.status = 'lost' THEN 'access_revoked' END AS access_mail
        ), standing_line AS (
            SELECT moved.id, moved.line, moved.access FROM moved JOIN changed ON changed.id = moved.id
        ), license AS (
            \(LicenseStatements.move(licensesOf: "standing_line"))
        )
        """

    /// Records why a payment attempt failed, once for each row of `source`; the buyer may try again.
    package static func noteFailure(_ code: String, order: OrderID, at: Instant, from source: SQL) -> SQL {
        """
        UPDATE orders o SET last_payment_error = \(code), last_payment_error_at = \(at) FROM \(source)
        WHERE o.id = \(order) AND (o.last_payment_error_at IS NULL OR o.last_payment_error_at <= \(at))
        """
    }
}
