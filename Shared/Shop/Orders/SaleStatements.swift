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
            stripe_session_id, stripe_payment_intent_id, livemode, created_at, paid_at, amount_refunded, stated_email,
            presentment_amount, presentment_currency)
        SELECT COALESCE(
                (SELECT id FROM orders WHERE stripe_session_id = due.session),
                (SELECT due.fallback_order FROM orders WHERE id = due.order_id AND stripe_session_id <> due.session),
                due.order_id),
            due.shop_id, (SELECT id FROM customer),
            CASE WHEN due.is_paid THEN \(PaymentStatements.status) ELSE due.target END,
            due.email, due.currency, due.total, due.session, due.payment, due.livemode, due.created_at,
            CASE WHEN due.is_paid THEN due.paid_at END, CASE WHEN due.is_paid THEN facts.refunded ELSE 0 END,
            due.stated_email, due.presentment_amount, due.presentment_currency
        FROM item due, facts
        ON CONFLICT (id) DO UPDATE
        -- An order of another shop is left alone: the column refuses NULL.
        SET status = CASE WHEN o.shop_id = EXCLUDED.shop_id THEN EXCLUDED.status END,
            customer_id = CASE WHEN o.email_corrected_at IS NULL THEN COALESCE(EXCLUDED.customer_id, o.customer_id) ELSE o.customer_id END,
            email = CASE WHEN o.email_corrected_at IS NULL THEN COALESCE(EXCLUDED.email, o.email) ELSE o.email END,
            currency = EXCLUDED.currency, amount_total = EXCLUDED.amount_total,
            stripe_session_id = EXCLUDED.stripe_session_id,
            stripe_payment_intent_id = COALESCE(EXCLUDED.stripe_payment_intent_id, o.stripe_payment_intent_id),
            livemode = EXCLUDED.livemode, paid_at = EXCLUDED.paid_at, amount_refunded = EXCLUDED.amount_refunded,
            stated_email = EXCLUDED.stated_email, presentment_amount = EXCLUDED.presentment_amount,
            presentment_currency = EXCLUDED.presentment_currency, number = COALESCE(o.number, EXCLUDED.number)
        WHERE o.status = ANY ((SELECT starts FROM input)::text[])
        RETURNING id, status, email, amount_refunded, number,
            CASE WHEN email IS NULL THEN NULL
                WHEN status = 'partially_refunded' AND NOT EXISTS (SELECT FROM open_line) THEN 'refund_confirmed'
                WHEN status IN ('paid', 'partially_refunded') THEN 'receipt'
                WHEN status = 'disputed' THEN 'access_suspended'
                WHEN status = 'lost' THEN 'access_revoked'
                WHEN status = 'refunded' THEN 'refund_confirmed'
                WHEN status = 'failed' THEN 'payment_failed' END AS mail
        """

    /// The CTE `line`: the lines of a sale, from `lines` in a CTE `input`, with the grant of each that has a product.
    package static let lines: SQL = """
        line AS MATERIALIZED (
            SELECT line.* FROM input, json_to_recordset(input.lines) AS line (
                position smallint, product uuid, description text, price text, quantity integer, unit_amount bigint,
                discount bigint, tax bigint, total bigint, grant_id uuid, grant_expires_at timestamptz, grant_max_uses integer)
        )
        """

    /// The lines of products that did not go back in full already, from `line` and `share`, for a WITH part.
    package static let openLines: SQL = """
        SELECT line.position FROM line, LATERAL (\(PaymentStatements.refundOfLine)) refund
        WHERE line.product IS NOT NULL AND NOT \(PaymentStatements.isRefunded("refund.amount", of: "line.total"))
        """

    /// The lines of a sale that was placed, with their part of what went back already and the access that they grant, from
    /// `sale`, `line` and `share`, for a WITH part.
    package static let sold: SQL = """
        SELECT sale.id, line.*, refund.amount AS refunded,
            \(PaymentStatements.access(
                of: "sale.status", isRefunded: PaymentStatements.isRefunded("refund.amount", of: "line.total"))) AS access
        FROM sale, line, LATERAL (\(PaymentStatements.refundOfLine)) refund
        """

    /// Inserts the lines of `sold`, or changes what a pending order had there, for a WITH part.
    package static let addLines: SQL = """
        INSERT INTO order_lines AS known (order_id, position, product_id, description, stripe_price_id, quantity,
            unit_amount, amount_discount, amount_tax, amount_total, amount_refunded)
        SELECT id, position, product, description, price, quantity, unit_amount, COALESCE(discount, 0), COALESCE(tax, 0),
            total, refunded
        FROM sold
        ON CONFLICT (order_id, position) DO UPDATE
        SET product_id = EXCLUDED.product_id, description = EXCLUDED.description,
            stripe_price_id = EXCLUDED.stripe_price_id, quantity = EXCLUDED.quantity, unit_amount = EXCLUDED.unit_amount,
            amount_discount = EXCLUDED.amount_discount, amount_tax = EXCLUDED.amount_tax,
            amount_total = EXCLUDED.amount_total, amount_refunded = EXCLUDED.amount_refunded
        WHERE (known.product_id, known.description, known.stripe_price_id, known.quantity, known.unit_amount,
                known.amount_discount, known.amount_tax, known.amount_total, known.amount_refunded)
            IS DISTINCT FROM (EXCLUDED.product_id, EXCLUDED.description, EXCLUDED.stripe_price_id, EXCLUDED.quantity,
                EXCLUDED.unit_amount, EXCLUDED.amount_discount, EXCLUDED.amount_tax, EXCLUDED.amount_total,
                EXCLUDED.amount_refunded)
        """
}
