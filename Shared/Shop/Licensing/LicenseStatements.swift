package import Kernel
package import Postgres

/// Reads of licenses, and writes that other statements include.
package enum LicenseStatements {
    /// Issues `licenses` for each row of `source`, for a WITH part.
    ///
    /// - Parameters:
    ///   - keyVersion: the version of the secret that the keys are derived from.
    ///   - source: the content of the FROM clause, which has a row for each line.
    ///   - order: an expression for the order of a row.
    ///   - line: an expression for the line's position.
    ///   - product: an expression for the product.
    ///   - status: an expression for the status.
    ///   - now: an expression for the present.
    package static func issue(
        _ licenses: [NewLicense], keyVersion: Int, from source: SQL, order: SQL, line: SQL, product: SQL, status: SQL,
        at now: SQL
    ) -> SQL {
        """
        INSERT INTO licenses (id, order_id, line, product_id, status, key_version, key_hash, key_last_four, created_at)
        SELECT l.id, \(order), \(line), \(product), \(status),
            CASE WHEN l.last_four <> '' THEN \(keyVersion)::integer END, NULLIF(l.key_hash, ''), NULLIF(l.last_four, ''),
            \(now)
        FROM \(source),
            unnest(\(licenses.map(\.id))::uuid[], \(licenses.map { String($0.line) })::text[],
                \(licenses.map { $0.keyHash ?? [] })::bytea[], \(licenses.map { $0.keyLastFour ?? "" })::text[])
                AS l (id, line, key_hash, last_four)
        WHERE l.line::smallint = \(line)
        """
    }

    /// Gives the licenses of order lines a status, except those that the seller holds revoked, for a WITH part.
    ///
    /// - Parameter source: a CTE with the order's `id`, the line's position as `line` and the status as `access`.
    package static func move(licensesOf source: SQL) -> SQL {
        """
        UPDATE licenses l SET status = o.access FROM \(source) o
        WHERE l.order_id = o.id AND l.line = o.line AND l.held_at IS NULL AND l.status <> o.access
        """
    }

    /// Revokes a license by hand and holds it revoked, unless it is held already, for a WITH part; returns `id` and
    /// `status`.
    ///
    /// - Parameter source: a CTE with the license's `id` and `held_at`.
    package static func hold(_ source: SQL, at now: Instant) -> SQL {
        """
        UPDATE licenses l SET status = 'revoked', held_at = \(now) FROM \(source)
        WHERE l.id = \(source).id AND \(source).held_at IS NULL
        RETURNING l.id, l.status
        """
    }

    /// Releases a license that was revoked by hand, for a WITH part; returns `id` and `status`.
    ///
    /// - Parameters:
    ///   - source: a CTE with the license's `id` and `held_at`, and its new status as `access`.
    ///   - condition: when it may be released.
    package static func release(_ source: SQL, where condition: SQL) -> SQL {
        """
        UPDATE licenses l SET status = \(source).access, held_at = NULL FROM \(source)
        WHERE l.id = \(source).id AND \(source).held_at IS NOT NULL AND \(condition)
        RETURNING l.id, l.status
        """
    }

    /// Replaces the license's key, unless the license is not active or its key has been replaced meanwhile, for a WITH
    /// part; returns `id`, `order_id`, `reissues`, `key_version` and `old_last_four`.
    ///
    /// - Parameter source: a CTE with the license's `id` and `key_last_four`.
    package static func reissue(_ source: SQL, _ key: NewKey) -> SQL {
        """
        UPDATE licenses l
        SET reissues = l.reissues + 1, key_version = \(key.version)::integer, key_hash = \(key.hash),
            key_last_four = \(key.lastFour)
        FROM \(source)
        WHERE l.id = \(source).id AND l.status = 'active' AND l.reissues = \(key.previousReissues)::integer
        RETURNING l.id, l.order_id, l.line, l.reissues, l.key_version, \(source).key_last_four AS old_last_four
        """
    }

    /// Deactivates every machine of a license, for a WITH part; returns `id`.
    ///
    /// - Parameter source: a CTE with the license's `id`.
    package static func releaseMachines(of source: SQL, at now: Instant) -> SQL {
        """
        UPDATE activations a SET deactivated_at = \(now) FROM \(source)
        WHERE a.license_id = \(source).id AND a.deactivated_at IS NULL
        RETURNING a.id
        """
    }

    /// Returns the machines that a license was used on, active ones included.
    package static func activations(_ license: LicenseID) -> Statement<[LicenseActivation]> {
        .rows(
            """
            SELECT machine_name, created_at, deactivated_at FROM activations
            WHERE license_id = \(license) ORDER BY created_at, id
            """
        ) { row throws(PostgresFault) in
            LicenseActivation(
                machine: try row.text(0), createdAt: try row.instant(1), deactivatedAt: try row.optionalInstant(2))
        }
    }
}
