package import Kernel
package import Postgres

/// The writes of download grants; other statements nest them.
package enum GrantStatements {
    /// Inserts a grant for each row of `source`, for a WITH part.
    ///
    /// - Parameter source: a CTE with `id`, `order_id`, `line`, `expires_at`, `max_uses` and `at`.
    package static func issue(from source: SQL) -> SQL {
        """
        INSERT INTO download_grants (id, order_id, line, expires_at, max_uses, created_at)
        SELECT g.id, g.order_id, g.line, g.expires_at, g.max_uses, g.at FROM \(source) g
        """
    }

    /// Revokes the grants of an order, so that links sent earlier stop working, for a WITH part; returns `id`.
    ///
    /// - Parameters:
    ///   - order: an expression for the order of a row of `source`.
    ///   - condition: a condition on the grants `g`.
    package static func revoke(
        of order: SQL, from source: SQL, where condition: SQL = "true", at now: Instant
    ) -> SQL {
        """
        UPDATE download_grants g SET revoked_at = \(now) FROM \(source)
        WHERE g.order_id = \(order) AND g.revoked_at IS NULL AND \(condition)
        RETURNING g.id
        """
    }

    /// Inserts the grants of new links.
    package static func issue(_ grants: [LineGrant], at now: Instant) -> Statement<Int> {
        .affected(
            """
            WITH fresh AS (
                SELECT f.id, f.order_id, f.line::smallint, f.expires_at::timestamptz, f.max_uses::integer,
                    \(now)::timestamptz AS at
                FROM unnest(\(grants.map(\.grant.id))::uuid[], \(grants.map(\.order))::uuid[],
                    \(grants.map { String($0.line) })::text[],
                    \(grants.map { CivilTime($0.grant.expiresAt).rfc3339 })::text[],
                    \(grants.map { String($0.grant.maxUses) })::text[])
                    AS f (id, order_id, line, expires_at, max_uses)
            )
            \(issue(from: "fresh"))
            """)
    }
}
