package import Audit
import Downloads
package import Kernel
package import Licensing
import Outbox
package import Postgres

/// What the seller does to a license by hand; run each behind the lock of its order's payment, so that it and what
/// Stripe says at the same time are dealt with one after the other.
package enum LicenseChangeStatements {
    /// Closes the license and keeps it closed whatever becomes of its order: with its state every door closes.
    package static func revoke(_ license: LicenseID, by stamp: AuditContext) -> Statement<LicenseChange> {
        change(
            """
            WITH found AS (
                SELECT l.id, l.order_id, l.status, l.held_at, l.key_last_four, o.status AS standing
                FROM licenses l JOIN orders o ON o.id = l.order_id WHERE l.id = \(license) FOR UPDATE OF l
            ), changed AS (
                \(LicenseStatements.hold("found", at: stamp.at))
            ), audit AS (
                \(AuditStatements.append(
                    stamp, "'license.revoked'", of: "order_id",
                    details: "'license', id, 'last4', key_last_four, 'from', found.status",
                    from: "changed JOIN found USING (id)"))
            )
            SELECT found.status, found.held_at, found.standing, changed.status
            FROM found LEFT JOIN changed ON changed.id = found.id
            """
        ) { was, heldAt, _ in .unchanged(was, heldAt: heldAt) }
    }

    /// Gives the license back to its order, and the state that the order's gives it; refuses where the order's closes
    /// it for good.
    package static func reinstate(_ license: LicenseID, by stamp: AuditContext) -> Statement<LicenseChange> {
        change(
            """
            WITH found AS (
                SELECT standing.id, standing.order_id, standing.was, standing.held_at, standing.key_last_four,
                    standing.status AS standing, \(PaymentStatements.access) AS access
                FROM (
                    SELECT l.id, l.order_id, l.status AS was, l.held_at, l.key_last_four, o.status
                    FROM licenses l JOIN orders o ON o.id = l.order_id WHERE l.id = \(license) FOR UPDATE OF l
                ) standing
            ), changed AS (
                \(LicenseStatements.release(
                    "found", where: "found.standing IN ('paid', 'partially_refunded', 'disputed')"))
            ), audit AS (
                \(AuditStatements.append(
                    stamp, "'license.reinstated'", of: "order_id",
                    details: "'license', id, 'last4', key_last_four, 'to', changed.status",
                    from: "changed JOIN found USING (id)"))
            )
            SELECT found.was, found.held_at, found.standing, changed.status
            FROM found LEFT JOIN changed ON changed.id = found.id
            """
        ) { was, heldAt, order in heldAt == nil ? .unchanged(was, heldAt: nil) : .refused(order) }
    }

    /// Reads what the license was, since when it is held, where its order stands, and what it is now if it changed.
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

    /// Puts a new key in the old one's place: the old one and every download link sent so far stop working, machines
    /// have to be activated again, and a mail with the new key waits to be sent.
    ///
    /// Nothing unless the license opens doors now and has been given no other key meanwhile.
    package static func reissue(
        _ license: LicenseID, _ key: NewKey, mail: EmailID, by stamp: AuditContext
    ) -> Statement<Reissue?> {
        .optionalRow(
            """
            WITH found AS (
                SELECT id, key_last_four FROM licenses WHERE id = \(license) FOR UPDATE
            ), changed AS (
                \(LicenseStatements.reissue("found", key))
            ), released AS (
                \(LicenseStatements.releaseMachines(of: "changed", at: stamp.at))
            ), link AS (
                \(GrantStatements.revoke(
                    of: "changed.order_id", from: "changed", where: "g.expires_at > \(stamp.at)", at: stamp.at))
            ), due_mail AS (
                SELECT \(mail)::uuid AS id, o.id AS order_id, 'key_reissued' AS kind, o.email AS recipient,
                    NULL::timestamptz AS leased_until, \(stamp.at)::timestamptz AS at
                FROM changed JOIN orders o ON o.id = changed.order_id WHERE o.email IS NOT NULL
            ), mail AS (
                \(OutboxStatements.enqueue(from: "due_mail"))
            ), audit AS (
                \(AuditStatements.append(
                    stamp, "'license.reissued'", of: "order_id",
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
