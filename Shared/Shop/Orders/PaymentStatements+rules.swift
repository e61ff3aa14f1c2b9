package import Postgres

/// The rules of payment and access, shared by the sale and later updates.
extension PaymentStatements {
    /// The CTE `facts`, after a CTE `payment (id, currency)`; it always has one row.
    ///
    /// Only facts in the payment's currency count; `is_foreign` tells of others.
    ///
    /// The amount refunded is the larger of two readings: the refunds that are known and did not fail, and the charge's
    /// latest total less what failed since. A refund that failed in the very second of the total is in it; but each time
    /// that the same total was stated again in that second, one had failed before: the charge reached it anew.
    ///
    /// `unnamed` has the refunds that name no line, in the order in which they were made, and `rest` what the charge's
    /// total has beyond all known refunds.
    package static let facts: SQL = """
        facts AS MATERIALIZED (
            SELECT known.is_lost, known.is_open, known.is_foreign, amount.refunded, known.unnamed,
                amount.refunded - known.others AS rest
            FROM (
                SELECT CASE WHEN \(isForeign("latest")) THEN 0 ELSE COALESCE(latest.amount, 0) END AS total,
                    COALESCE(refund.failed, 0)::bigint AS failed, COALESCE(refund.others, 0)::bigint AS others,
                    refund.unnamed,
                    COALESCE(dispute.is_lost, false) AS is_lost, COALESCE(dispute.is_open, false) AS is_open,
                    (\(isForeign("latest")) OR refund.is_foreign OR dispute.is_foreign) IS TRUE AS is_foreign
                FROM payment LEFT JOIN refund_totals latest ON latest.stripe_payment_intent_id = payment.id, LATERAL (
                    SELECT sum(amount) FILTER (WHERE NOT is_foreign AND status = 'failed'
                            AND (stated_at > latest.stated_at
                                OR (stated_at = latest.stated_at AND turn >= latest.times))) AS failed,
                        sum(amount) FILTER (WHERE NOT is_foreign AND status <> 'failed') AS others,
                        array_agg(amount ORDER BY COALESCE(created_at, stated_at), stripe_refund_id)
                            FILTER (WHERE NOT is_foreign AND status <> 'failed' AND line_positions IS NULL) AS unnamed,
                        bool_or(is_foreign) AS is_foreign
                    FROM (
                        SELECT r.*, \(isForeign("r")) AS is_foreign,
                            row_number() OVER (PARTITION BY \(isForeign("r")), r.status, r.stated_at
                                ORDER BY COALESCE(r.created_at, r.stated_at), r.stripe_refund_id) AS turn
                        FROM refunds r WHERE r.stripe_payment_intent_id = payment.id
                    ) told
                ) refund, LATERAL (
                    SELECT bool_or(status = 'lost' AND NOT is_foreign) AS is_lost,
                        bool_or(status = 'open' AND NOT is_foreign) AS is_open,
                        bool_or(is_foreign) AS is_foreign
                    FROM (
                        SELECT d.status, \(isForeign("d")) AS is_foreign
                        FROM disputes d WHERE d.stripe_payment_intent_id = payment.id
                    ) told
                ) dispute
            ) known, LATERAL (SELECT greatest(known.others, known.total - known.failed, 0) AS refunded) amount
        )
        """

    /// Whether a fact is known to be in another currency than its payment.
    private static func isForeign(_ fact: SQL, to payment: SQL = "payment") -> SQL {
        "((\(fact).currency <> \(payment).currency) IS TRUE)"
    }

    /// The CTE `share`, from `payment`, `facts` and `line (position, total)`: how much of each line went back, as arrays
    /// in the order of the positions; NULLs if nothing did.
    ///
    /// - Parameter isAsked: whether the seller has asked for a refund whose answer is unknown: what the charge's total
    ///   has beyond the known refunds may then be that one, which names its lines.
    package static func share(isAsked: SQL) -> SQL {
        """
        share AS MATERIALIZED (
            SELECT places.positions, refunds_by_line(places.totals, places.named,
                COALESCE(facts.unnamed, '{}')
                    || CASE WHEN facts.rest > 0 AND NOT \(isAsked) THEN ARRAY[facts.rest] ELSE '{}' END,
                facts.refunded) AS refunded
            FROM facts LEFT JOIN LATERAL (
                SELECT array_agg(line.position ORDER BY line.position) AS positions,
                    array_agg(line.total ORDER BY line.position) AS totals,
                    array_agg(COALESCE(named.amount, 0) ORDER BY line.position) AS named
                FROM line LEFT JOIN (
                    SELECT n.position, sum(n.amount)::bigint AS amount
                    FROM payment JOIN refunds r ON r.stripe_payment_intent_id = payment.id AND r.status <> 'failed'
                            AND NOT \(isForeign("r")),
                        unnest(r.line_positions, r.line_amounts) AS n (position, amount)
                    GROUP BY n.position
                ) named ON named.position = line.position
                WHERE facts.refunded > 0
            ) places ON true
        )
        """
    }

    /// A row `(amount)` with how much of `line.position` went back, by `share`.
    package static let refundOfLine: SQL = """
        SELECT COALESCE(share.refunded[array_position(share.positions, line.position)], 0) AS amount FROM share
        """

    /// The status of a paid order, from `facts` and `due.total`.
    package static let status: SQL = """
        CASE WHEN facts.is_lost THEN 'lost'
            WHEN facts.refunded > 0 AND facts.refunded >= due.total THEN 'refunded'
            WHEN facts.is_open THEN 'disputed'
            WHEN facts.refunded > 0 THEN 'partially_refunded'
            ELSE 'paid' END
        """

    /// Whether all of a line went back, so that its licenses are closed: `LineAmounts.isRefunded`.
    ///
    /// - Parameters:
    ///   - refunded: an expression for how much of it went back.
    ///   - total: an expression for what it cost.
    package static func isRefunded(_ refunded: SQL, of total: SQL) -> SQL {
        "(\(refunded) > 0 AND \(refunded) >= \(total))"
    }

    /// The access that an order's status and its line's refunds leave to the line's licenses.
    ///
    /// - Parameters:
    ///   - status: an expression for the status of a paid order: `OrderStatus.access`.
    ///   - isRefunded: an expression for whether all of the line went back.
    package static func access(of status: SQL, isRefunded: SQL) -> SQL {
        """
        CASE WHEN \(status) IN ('refunded', 'lost') OR \(isRefunded) THEN 'revoked'
            WHEN \(status) = 'disputed' THEN 'suspended' ELSE 'active' END
        """
    }

    /// An expression for what went back of the order `o` in `o.presentment_currency`; NULL if that is not known.
    ///
    /// In full it is what the buyer was charged; in part it is the sum of the refunds, if Stripe told it of each.
    package static let refundedPresentment: SQL = """
        CASE WHEN o.presentment_amount IS NULL OR o.amount_refunded = 0 THEN NULL
            WHEN o.amount_refunded >= o.amount_total THEN o.presentment_amount
            ELSE (
                SELECT sum(r.presentment_amount)::bigint FROM refunds r
                WHERE r.stripe_payment_intent_id = o.stripe_payment_intent_id AND r.status <> 'failed'
                    AND NOT \(isForeign("r", to: "o"))
                HAVING sum(r.amount) = o.amount_refunded
                    AND bool_and(COALESCE(r.presentment_currency = o.presentment_currency, false))
            ) END
        """
}
