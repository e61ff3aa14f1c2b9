import JSON
package import Kernel
package import Postgres

/// The audit log, written and read.
package enum AuditStatements {
    /// The beginning of the INSERT that a larger statement carries in a WITH part of its own, so that an entry commits
    /// with what it tells: `WITH …, audit AS (\(AuditStatements.insert) SELECT …)`.
    package static let insert: SQL.Fragment = "INSERT INTO audit_log (at, actor, action, order_id, details, origin)"

    /// Writes one entry.
    package static func record(_ entry: AuditEntry) -> Statement<Int> {
        .affected(
            """
            \(insert)
            VALUES (\(entry.at), \(entry.actor.description), \(entry.action), \(entry.order),
                \(entry.details.text)::jsonb, \(entry.origin))
            """)
    }

    /// The newest entries, the newest first, of all that happened or of some orders.
    ///
    /// - Parameter before: only entries with lower numbers, to read on from a page that ended there.
    package static func newest(
        _ limit: Int, of orders: [OrderID]? = nil, before: Int64 = .max
    ) -> Statement<[AuditRow]> {
        .rows(
            """
            \(columns)
            WHERE id < \(before)::bigint AND (\(orders == nil)::boolean OR order_id = ANY(\(orders ?? [])))
            ORDER BY id DESC LIMIT \(limit)::bigint
            """, row)
    }

    /// The entries with numbers above `low` and up to `high`, in order.
    package static func entries(above low: Int64, upTo high: Int64, limit: Int) -> Statement<[AuditRow]> {
        .rows(
            """
            \(columns)
            WHERE id > \(low)::bigint AND id <= \(high)::bigint ORDER BY id LIMIT \(limit)::bigint
            """, row)
    }

    private static let columns: SQL.Fragment = """
        SELECT id, at, actor, action, order_id, details::text, origin FROM audit_log
        """

    private static let row: @Sendable (borrowing Row) throws(PostgresFault) -> AuditRow = {
        row throws(PostgresFault) in
        AuditRow(
            id: try row.integer(0), at: try row.instant(1), actor: try row.text(2), action: try row.text(3),
            order: try row.optionalID(4), details: try row.text(5), origin: try row.text(6))
    }
}
