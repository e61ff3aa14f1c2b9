package import Kernel
package import Postgres
package import RateLimiting

/// The terms that the payment page is opened with.
package struct CheckoutTerms: Equatable, Sendable {
    /// Stripe's ID of the price.
    package let stripePriceID: String
    /// The price of one unit.
    package let unitPrice: Money
    /// Whether the payment page accepts promotion codes.
    package let allowsPromotionCodes: Bool
    /// Whether Stripe adds the tax.
    package let calculatesTax: Bool
    /// Whether the buyer must agree to the terms of service.
    package let requiresTermsOfService: Bool
    /// Whether Stripe creates an invoice.
    package let createsInvoice: Bool
}

/// The writes of a checkout.
package enum CheckoutStatements {
    /// Inserts the pending order and returns the terms, or `nil` if the product is not for sale.
    ///
    /// It is one decision in one statement, the caller's rate limit included. The line is inserted from the order's row,
    /// because the checkout may add lines only to an order that it has begun.
    package static func begin(
        order: OrderID, product slug: String, quantity: Int, email: EmailAddress?, isLive: Bool, at now: Instant,
        behind gate: RateLimitGate
    ) -> Statement<RateLimited<CheckoutTerms?>> {
        .row(
            """
            WITH \(gate.parts), offer AS (
                SELECT p.id AS product_id, p.shop_id, r.stripe_price_id, r.unit_amount, r.currency,
                    p.allow_promotion_codes, p.automatic_tax, p.terms_consent, p.invoice_creation
                FROM products p JOIN prices r ON r.product_id = p.id AND r.active
                WHERE p.slug = \(slug) AND p.active AND EXISTS (SELECT FROM admitted)
            ), new_order AS (
                INSERT INTO orders (id, shop_id, status, email, currency, amount_total, livemode, created_at)
                SELECT \(order), shop_id, 'pending', \(email), currency, unit_amount * \(quantity)::integer, \(isLive), \(now)
                FROM offer
                RETURNING true
            ), line AS (
                INSERT INTO order_lines (order_id, position, product_id, stripe_price_id, quantity, unit_amount, amount_total)
                SELECT \(order), 1, o.product_id, o.stripe_price_id, \(quantity)::integer, o.unit_amount,
                    o.unit_amount * \(quantity)::integer
                FROM offer o, new_order
            )
            SELECT verdict.admitted, verdict.arrivals, o.stripe_price_id, o.unit_amount, o.currency,
                o.allow_promotion_codes, o.automatic_tax, o.terms_consent, o.invoice_creation
            FROM verdict LEFT JOIN offer o ON true
            """
        ) { row throws(PostgresFault) in
            try gate.read(row) { row throws(PostgresFault) in row.isNull(2) ? nil : try terms(row, from: 2) }
        }
    }

    private static func terms(_ row: borrowing Row, from column: Int) throws(PostgresFault) -> CheckoutTerms {
        CheckoutTerms(
            stripePriceID: try row.text(column),
            unitPrice: Money(minorUnits: try row.integer(column + 1), currency: try row.currency(column + 2)),
            allowsPromotionCodes: try row.bool(column + 3), calculatesTax: try row.bool(column + 4),
            requiresTermsOfService: try row.bool(column + 5), createsInvoice: try row.bool(column + 6))
    }

    /// Records the session that the order is paid through, unless it has one; the webhook may have been quicker.
    ///
    /// The checkout may change no order, so a function of the database does it. Its row counts, and has no column.
    package static func attach(session: String, to order: OrderID) -> Statement<Int> {
        .affected("SELECT FROM attach_session(\(order), \(session)) AS is_attached WHERE is_attached")
    }

    /// Records that no payment page could be opened.
    package static func abandon(_ order: OrderID) -> Statement<Int> {
        .affected("SELECT FROM abandon_order(\(order)) AS is_abandoned WHERE is_abandoned")
    }
}
