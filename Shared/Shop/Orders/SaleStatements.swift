package import Postgres

/// The parts of the statement that turns a checkout session into an order; `Fulfilment` combines them.
package enum SaleStatements {
    /// The CTE `customer`, from a CTE `item`: the owner of the address, if there is one.
    package static let customer: SQL = """
        customer AS (
            INSERT INTO customers AS c (id, shop_id, email, name, created_at)
            SELECT customer_id, shop_id, email, name, now FROM item WHERE email IS NOT NULL
            ON CONFLICT (shop_id, lower(email)) DO UPDATE SET name = COALESCE(EXCLUDED.name, c.name)
            RETURNING id
        )
        """

    /// Creates or changes the order of `item`, with the CTEs `input`, `customer` and `facts`, for a WITH part; returns
    /// it with the kind of mail that is due.
    ///
    /// The order's row and the statuses in which the update applies (`input.starts`) make a repeat harmless. A
    /// corrected address stays, whatever address Stripe reports later.
    package static let place: SQL = """
        INSERT INTO orders AS o (id, shop_id, customer_id, status, email, currency, amount_total,
            stripe_session_id, stripe_payment_intent_id, livemode, created_at, paid_at, amount_refunded)
        SELECT COALESCE(
                (SELECT id FROM orders WHERE stripe_session_id = due.session),
                (SELECT due.fallback_order FROM orders WHERE id = due.order_id AND stripe_session_id <> due.session),
                due.order_id),
            due.shop_id, (SELECT id FROM customer),
            CASE WHEN due.is_paid THEN \(PaymentStatements.status) ELSE due.target END,
            due.email, due.currency, due.total, due.session, due.payment, due.livemode, due.created_at,
            CASE WHEN due.is_paid THEN due.paid_at END, CASE WHEN due.is_paid THEN facts.refunded ELSE 0 END
        FROM item due, facts
        ON CONFLICT (id) DO UPDATE
        SET status = EXCLUDED.status,
            customer_id = CASE WHEN o.email_corrected_at IS NULL THEN COALESCE(EXCLUDED.customer_id, o.customer_id) ELSE o.customer_id END,
            email = CASE WHEN o.email_corrected_at IS NULL THEN COALESCE(EXCLUDED.email, o.email) ELSE o.email END,
            currency = EXCLUDED.currency, amount_total = EXCLUDED.amount_total,
            stripe_session_id = EXCLUDED.stripe_session_id,
            stripe_payment_intent_id = COALESCE(EXCLUDED.stripe_payment_intent_id, o.stripe_payment_intent_id),
            livemode = EXCLUDED.livemode, paid_at = EXCLUDED.paid_at, amount_refunded = EXCLUDED.amount_refunded
        WHERE o.status = ANY ((SELECT starts FROM input)::text[])
        RETURNING id, status, email, amount_refunded,
            CASE WHEN email IS NULL THEN NULL
                WHEN status IN ('paid', 'partially_refunded') THEN 'receipt'
                WHEN status = 'disputed' THEN 'access_suspended'
                WHEN status = 'lost' THEN 'access_revoked'
                WHEN status = 'refunded' THEN 'refund_confirmed'
                WHEN status = 'failed' THEN 'payment_failed' END AS mail
        """

    /// Adds the order line of a sale, from `sale` and `item`, for a WITH part.
    package static let addLine: SQL = """
        INSERT INTO order_items (order_id, position, product_id, quantity, unit_amount)
        SELECT sale.id, 1, item.product_id, item.quantity, item.total / item.quantity FROM sale, item
        ON CONFLICT (order_id, position) DO NOTHING
        """
}
