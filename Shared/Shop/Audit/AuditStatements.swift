import JSON
package import Kernel
package import Postgres

/// The statements of the audit log.
package enum AuditStatements {
    /// The maximum number of entries in a report about an order or a license.
    package static let historyLimit = 100

    private static let insert: SQL = "INSERT INTO audit_log (at, actor, action, order_id, details, origin)"

    /// Appends an entry for each row of `source`, for a WITH part of the statement that makes the change.
    ///
    /// The entry so commits together with the change that it records. All parameters but the last are expressions.
    ///
    /// - Parameters:
    ///   - details: pairs of names and values, as `jsonb_build_object` takes them; NULL values are left out.
    ///   - source: the content of the FROM clause.
    package static func append(
        _ action: SQL, of order: SQL, details: SQL, by actor: SQL, origin: SQL = "''", at: SQL, from source: SQL
    ) -> SQL {
        """
        \(insert)
        SELECT \(at), \(actor), \(action), \(order), jsonb_strip_nulls(jsonb_build_object(\(details))), \(origin)
        FROM \(source)
        """
    }

    /// Appends an entry for each row of `source` on a change that someone makes, with their reason.
    ///
    /// - Parameters:
    ///   - action: an expression for the action, such as `'license.revoked'`.
    ///   - order: an expression for the order.
    ///   - details: pairs of names and expressions, as `jsonb_build_object` takes them; NULL values are left out.
    ///   - source: the content of the FROM clause.
    package static func append(
        _ context: AuditContext, _ action: SQL, of order: SQL, details: SQL, from source: SQL
    ) -> SQL {
        append(
            action, of: order, details: "'reason', \(context.reason?.text)::text, \(details)",
            by: "\(context.actor.description)", origin: "\(context.origin)", at: "\(context.at)", from: source)
    }

    /// Writes one entry.
    package static func record(_ entry: AuditEntry) -> Statement<Int> {
        .affected(
            """
            \(insert)
            VALUES (\(entry.at), \(entry.actor.description), \(entry.action), \(entry.order),
                \(entry.details.text)::jsonb, \(entry.origin))
            """)
    }

    /// Returns the newest entries, newest first, of all orders or of some.
    ///
    /// - Parameter before: only entries with lower numbers, for the next page.
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

    /// Returns the entries with numbers above `low` and up to `high`, in order.
    package static func entries(above low: Int64, upTo high: Int64, limit: Int) -> Statement<[AuditRow]> {
        .rows(
            """
            \(columns)
            WHERE id > \(low)::bigint AND id <= \(high)::bigint ORDER BY id LIMIT \(limit)::bigint
            """, row)
    }

    private static let columns: SQL = """
        SELECT id, at, actor, action, order_id, details::text, origin FROM audit_log
        """

    private static let row: @Sendable (borrowing Row) throws(PostgresFault) -> AuditRow = {
        row throws(PostgresFault) in
        AuditRow(
            id: try row.integer(0), at: try row.instant(1), actor: try row.text(2), action: try row.text(3),
            order: try row.optionalID(4), details: try row.text(5), origin: try row.text(6))
    }
}
