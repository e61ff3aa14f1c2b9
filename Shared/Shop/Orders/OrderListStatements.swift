package import Kernel
package import Postgres

/// An order as a list shows it.
package struct ListedOrder: Equatable, Sendable {
    /// The order's ID.
    package let id: OrderID
    /// Its number; `nil` before it is paid.
    package let number: OrderNumber?
    /// The order's status.
    package let status: OrderStatus
    /// The buyer's address.
    package let email: String?
    /// The total that was paid or is due.
    package let total: Money
    /// The amount refunded or pending.
    package let refunded: Money
    /// The slugs of the products of its lines, each once.
    package let products: [String]
    /// The number of units of all lines.
    package let quantity: Int64
    /// Whether it is live mode.
    package let isLive: Bool
    /// When it was placed.
    package let createdAt: Instant
}

/// The orders that a list includes; `nil` excludes none.
package struct OrderFilter: Equatable, Sendable {
    /// Their status.
    package var status: OrderStatus?
    /// The buyer's address.
    package var email: EmailAddress?
    /// Placed at this instant or later.
    package var since: Instant?
    /// Only orders that a list shows after this one.
    package var before: OrderID?

    /// Includes all orders.
    package init() {}
}

/// The seller's list of orders.
package enum OrderListStatements {
    /// Returns the newest orders, newest first; their IDs grow with time.
    package static func newest(_ limit: Int, _ filter: OrderFilter) -> Statement<[ListedOrder]> {
        .rows(
            """
            SELECT o.id, o.status, o.email, o.currency, o.amount_total, o.amount_refunded, i.slugs, i.quantity, o.livemode,
                o.created_at, o.number
            FROM orders o
            LEFT JOIN LATERAL (
                SELECT array_agg(DISTINCT COALESCE(p.slug, 'unknown')) AS slugs, sum(l.quantity)::bigint AS quantity
                FROM order_lines l LEFT JOIN products p ON p.id = l.product_id WHERE l.order_id = o.id
            ) i ON true
            WHERE (\(filter.before)::uuid IS NULL OR o.id < \(filter.before)::uuid)
                AND (\(filter.status?.rawValue)::text IS NULL OR o.status = \(filter.status?.rawValue)::text)
                AND (\(filter.email)::text IS NULL OR lower(o.email) = lower(\(filter.email)::text))
                AND (\(filter.since)::timestamptz IS NULL OR o.created_at >= \(filter.since)::timestamptz)
            ORDER BY o.id DESC LIMIT \(limit)::bigint
            """
        ) { row throws(PostgresFault) in
            let currency = try row.currency(3)
            return ListedOrder(
                id: try row.id(0), number: try row.orderNumber(10), status: try row.orderStatus(1),
                email: try row.optionalText(2),
                total: Money(minorUnits: try row.integer(4), currency: currency),
                refunded: Money(minorUnits: try row.integer(5), currency: currency),
                products: row.isNull(6) ? [] : try row.texts(6),
                quantity: try row.optionalInteger(7) ?? 0, isLive: try row.bool(8), createdAt: try row.instant(9))
        }
    }
}
