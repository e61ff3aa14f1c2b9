package import Commerce
package import Kernel
package import Postgres

/// What a sale's news did.
package struct FulfilmentOutcome: Equatable, Sendable {
    /// The order that changed; `nil` when the news was known already.
    package let order: OrderID?
    /// What it became.
    package let status: OrderStatus?
    /// Who gets the receipt, which waits to be sent and is leased to the caller: the buyer's address as Stripe has it,
    /// or as somebody has put it right since; `nil` when there is no receipt to send.
    package let recipient: EmailAddress?
    /// Whether the receipt waits to be sent.
    package var hasMail: Bool { recipient != nil }
    /// Whether somebody paid now and no mail can go to them, because they left no address that we can send to.
    package var lacksAddress: Bool { status?.access == .active && !hasMail }
}

/// The one statement that turns a sale's news into an order, its licenses, its grant and its mail.
package enum FulfilmentStatements {
    /// What to run before `apply` in the same transaction: the lock under which the sale's payment is dealt with, so
    /// that no refund or dispute is missed that arrives at the same time.
    package static func lock(_ sale: Sale) -> Statement<Void> {
        PaymentStatements.lock(sale.paymentIntent ?? sale.session)
    }

    /// Applies `sale` once for the event, whatever arrives twice or at once; run it behind `lock`.
    ///
    /// An address that somebody has put right stays as it is, whatever Stripe goes on to call it.
    ///
    /// What is known of the payment already counts: a sale whose money went back before it arrived gives nothing that
    /// opens a door.
    ///
    /// Two locks make a repeat harmless: the event's row in the ledger (a second copy waits for the first and then
    /// finds it), and the order's row with the states in which the news is news (a different event about the same
    /// sale finds it paid). Everything is inserted from the changed order's row, so all of it commits or none.
    ///
    /// The audit log hears of sales alone: of what nobody paid it would keep for good what is forgotten elsewhere.
    ///
    /// - Parameter actor: who the audit log says it was, such as `function:webhook`.
    package static func apply(
        _ sale: Sale, _ entitlement: Entitlement, from entry: LedgerEntry, mailLeasedUntil lease: Instant,
        by actor: String, at now: Instant
    ) -> Statement<FulfilmentOutcome> {
        let licenses = entitlement.licenses
        let starts = sale.news.startingPoints.map(\.rawValue)
        let isPaid = sale.news.target == .paid
        return Statement(
            """
            WITH event AS (\(claiming: entry)
            ), item AS (
                SELECT p.shop_id FROM event, products p WHERE p.id = \(sale.product)
            ), customer AS (
                INSERT INTO customers AS c (id, shop_id, email, name, created_at)
                SELECT \(CustomerID(at: now)), shop_id, \(sale.email), \(sale.name), \(now) FROM item
                WHERE \(sale.email)::text IS NOT NULL
                ON CONFLICT (shop_id, lower(email)) DO UPDATE SET name = COALESCE(EXCLUDED.name, c.name)
                RETURNING id
            ), payment AS (
                SELECT \(sale.paymentIntent)::text AS id
            ), \(PaymentFactsText.facts), sale AS (
                INSERT INTO orders AS o (id, shop_id, customer_id, status, email, currency, amount_total,
                    stripe_session_id, stripe_payment_intent_id, livemode, created_at, paid_at, amount_refunded)
                SELECT COALESCE(
                        (SELECT id FROM orders WHERE stripe_session_id = \(sale.session)),
                        (SELECT \(sale.fallbackOrder)::uuid FROM orders
                            WHERE id = \(sale.order) AND stripe_session_id <> \(sale.session)),
                        \(sale.order)::uuid),
                    item.shop_id, (SELECT id FROM customer),
                    CASE WHEN \(isPaid)::boolean THEN \(PaymentFactsText.status) ELSE \(sale.news.target.rawValue) END,
                    \(sale.email), \(sale.total.currency.code), due.total, \(sale.session), \(sale.paymentIntent),
                    \(sale.isLive), \(sale.createdAt), \(isPaid ? now : nil)::timestamptz,
                    CASE WHEN \(isPaid)::boolean THEN facts.refunded ELSE 0 END
                FROM item, facts, (SELECT \(sale.total.minorUnits)::bigint AS total) due
                ON CONFLICT (id) DO UPDATE
                SET status = EXCLUDED.status,
                    customer_id = CASE WHEN o.email_corrected_at IS NULL THEN COALESCE(EXCLUDED.customer_id, o.customer_id) ELSE o.customer_id END,
                    email = CASE WHEN o.email_corrected_at IS NULL THEN COALESCE(EXCLUDED.email, o.email) ELSE o.email END,
                    currency = EXCLUDED.currency,
                    amount_total = EXCLUDED.amount_total, stripe_session_id = EXCLUDED.stripe_session_id,
                    stripe_payment_intent_id = COALESCE(EXCLUDED.stripe_payment_intent_id, o.stripe_payment_intent_id),
                    livemode = EXCLUDED.livemode, paid_at = EXCLUDED.paid_at,
                    amount_refunded = EXCLUDED.amount_refunded
                WHERE o.status = ANY (\(starts))
                RETURNING id, status, email, amount_refunded,
                    CASE WHEN email IS NULL THEN NULL
                        WHEN status IN ('paid', 'partially_refunded') THEN 'receipt'
                        WHEN status = 'disputed' THEN 'access_suspended'
                        WHEN status IN ('refunded', 'lost') AND amount_refunded > 0 THEN 'refund_confirmed'
                        WHEN status = 'failed' THEN 'payment_failed' END AS mail
            ), order_item AS (
                INSERT INTO order_items (order_id, position, product_id, quantity, unit_amount)
                SELECT id, 1, \(sale.product), \(sale.quantity)::integer, \(sale.total.minorUnits)::bigint / \(sale.quantity)::bigint
                FROM sale
                ON CONFLICT (order_id, position) DO NOTHING
            ), license AS (
                INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
                SELECT l.id, standing.id, \(sale.product), \(PaymentFactsText.access), \(entitlement.keyVersion)::integer,
                    l.key_hash, l.last_four, \(now)
                FROM sale standing,
                    unnest(\(licenses.map(\.id))::uuid[], \(licenses.map(\.keyHash))::bytea[], \(licenses.map(\.keyLastFour))::text[])
                        AS l (id, key_hash, last_four)
            ), download AS (
                INSERT INTO download_grants (id, order_id, expires_at, max_uses, created_at)
                SELECT \(entitlement.grant.id), id, \(entitlement.grant.expiresAt), \(entitlement.grant.maxUses)::integer, \(now)
                FROM sale WHERE \(isPaid)::boolean
            ), mail AS (
                INSERT INTO emails (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at)
                SELECT \(entitlement.email), id, mail, email, 'pending', (mail = 'receipt')::integer,
                    CASE mail WHEN 'receipt' THEN \(lease)::timestamptz ELSE \(now)::timestamptz END, \(now)
                FROM sale WHERE mail IS NOT NULL
            ), audit AS (
                \(AuditStatements.insert)
                SELECT \(now), \(actor), 'order.' || status, id,
                    jsonb_build_object('licenses', \(licenses.count)::integer, 'amount', \(sale.total.minorUnits)::bigint,
                        'currency', \(sale.total.currency.code)::text, 'amount_refunded', amount_refunded,
                        'payment', \(sale.paymentIntent)::text),
                    ''
                FROM sale WHERE \(isPaid)::boolean
            )
            SELECT id, status, CASE WHEN mail = 'receipt' THEN email END FROM sale
            """
        ) { result throws(PostgresFault) in
            guard result.rowCount > 0 else { return FulfilmentOutcome(order: nil, status: nil, recipient: nil) }
            return try result.withRow(0, outcome)
        }
    }

    private static func outcome(_ row: borrowing Row) throws(PostgresFault) -> FulfilmentOutcome {
        FulfilmentOutcome(
            order: try row.id(0), status: try row.orderStatus(1),
            recipient: try row.optionalText(2).flatMap { EmailAddress($0) })
    }
}
