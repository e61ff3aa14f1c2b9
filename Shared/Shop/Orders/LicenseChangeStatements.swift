package import Audit
import Downloads
package import Kernel
package import Licensing
import Outbox
package import Postgres

/// The changes that the seller makes to a license by hand.
///
/// Run each after the lock of its order's payment, so that it and Stripe's concurrent updates are applied one after the
/// other.
package enum LicenseChangeStatements {
    /// Revokes the license and holds it revoked whatever becomes of its order; all access ends with its status.
    package static func revoke(_ license: LicenseID, by context: AuditContext) -> Statement<LicenseChange> {
        change(
            """
            WITH found AS (
                SELECT l.id, l.order_id, l.status, l.held_at, l.key_last_four, o.status AS standing
                FROM licenses l JOIN orders o ON o.id = l.order_id WHERE l.id = \(license) FOR UPDATE OF l
            ), changed AS (
                \(LicenseStatements.hold("found", at: context.at))
            ), audit AS (
                \(AuditStatements.append(
                    context, "'license.revoked'", of: "order_id",
                    details: "'license', id, 'last4', key_last_four, 'from', found.status",
                    from: "changed JOIN found USING (id)"))
            )
            SELECT found.status, found.held_at, found.standing, changed.status
            FROM found LEFT JOIN changed ON changed.id = found.id
            """
        ) { was, heldAt, _ in .unchanged(was, heldAt: heldAt) }
    }

    /// Releases the license from the hold and gives it the status that its order implies; refuses if the order revokes
    /// it.
    package static func reinstate(_ license: LicenseID, by context: AuditContext) -> Statement<LicenseChange> {
        change(
            """
            WITH found AS (
                SELECT standing.id, standing.order_id, standing.was, standing.held_at, standing.key_last_four,
                    standing.status AS standing,
                    \(PaymentStatements.access(of: "standing.status", isRefunded: "standing.is_refunded")) AS access
                FROM (
                    SELECT l.id, l.order_id, l.status AS was, l.held_at, l.key_last_four, o.status,
                        \(PaymentStatements.isRefunded("i.amount_refunded", of: "i.amount_total")) AS is_refunded
                    FROM licenses l JOIN orders o ON o.id = l.order_id
                    JOIN order_lines i ON i.order_id = l.order_id AND i.position = l.line
                    WHERE l.id = \(license) FOR UPDATE OF l
                ) standing
            ), changed AS (
                \(LicenseStatements.release(
                    "found", where: "found.access <> 'revoked'"))
            ), audit AS (
                \(AuditStatements.append(
                    context, "'license.reinstated'", of: "order_id",
                    details: "'license', id, 'last4', key_last_four, 'to', changed.status",
                    from: "changed JOIN found USING (id)"))
            )
            SELECT found.was, found.held_at, found.standing, changed.status
            FROM found LEFT JOIN changed ON changed.id = found.id
            """
        ) { was, heldAt, order in heldAt == nil ? .unchanged(was, heldAt: nil) : .refused(order) }
    }

    /// Reads the license's previous status, since when it is held, its order's status, and its new status if it
    /// changed.
    private static func change(
        _ sql: SQL, otherwise: @escaping @Sendable (LicenseStatus, Instant?, OrderStatus) -> LicenseChange
    ) -> Statement<LicenseChange> {
        Statement(sql) { result throws(PostgresFault) in
            guard result.rowCount > 0 else { return .noLicense }
            return try result.withRow(0) { row throws(PostgresFault) in
                let (was, heldAt) = (try row.licenseStatus(0), try row.optionalInstant(1))
                if !row.isNull(3) { return .changed(from: was, to: try row.licenseStatus(3)) }
                return otherwise(was, heldAt, try row.orderStatus(2))
            }
        }
    }

    /// Replaces the license's key; returns `nil` unless the license is active and its key has not been replaced
    /// meanwhile.
    ///
    /// The old key and every download link sent so far stop working, machines must be activated again, and a mail with
    /// the new key is queued.
    package static func reissue(
        _ license: LicenseID, _ key: NewKey, mail: EmailID, by context: AuditContext
    ) -> Statement<Reissue?> {
        .optionalRow(
            """
            WITH found AS (
                SELECT id, key_last_four FROM licenses WHERE id = \(license) FOR UPDATE
            ), changed AS (
                \(LicenseStatements.reissue("found", key))
            ), released AS (
                \(LicenseStatements.releaseMachines(of: "changed", at: context.at))
            ), link AS (
                \(GrantStatements.revoke(
                    of: "changed.order_id", from: "changed", where: "g.line = changed.line AND g.expires_at > \(context.at)", at: context.at))
            ), due_mail AS (
                SELECT \(mail)::uuid AS id, o.id AS order_id, 'key_reissued' AS kind, o.email AS recipient,
                    NULL::timestamptz AS leased_until, \(context.at)::timestamptz AS at
                FROM changed JOIN orders o ON o.id = changed.order_id WHERE o.email IS NOT NULL
            ), mail AS (
                \(OutboxStatements.enqueue(from: "due_mail"))
            ), audit AS (
                \(AuditStatements.append(
                    context, "'license.reissued'", of: "order_id",
                    details: """
                        'license', id, 'from_last4', old_last_four, 'to_last4', \(key.lastFour)::text,
                        'reissues', reissues, 'key_version', key_version, 'released', (SELECT count(*) FROM released)
                        """,
                    from: "changed"))
            )
            SELECT (SELECT count(*) FROM released), (SELECT count(*) FROM link), EXISTS (SELECT FROM mail) FROM changed
            """
        ) { row throws(PostgresFault) in
            Reissue(
                released: try row.integer(0), revokedLinks: try row.integer(1), hasMail: try row.bool(2))
        }
    }
}
