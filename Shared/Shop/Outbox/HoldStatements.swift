import Kernel
package import Postgres

/// The hold on the outbox: who may send while it lasts, and how it looks.
///
/// Whoever changes the hold and mails locks the hold's row first.
package enum HoldStatements {
    /// Returns the hold; `nil` if the outbox is not held.
    package static let current = Statement<OutboxHold?>(
        """
        SELECT held_since, reason, next_probe_at, (SELECT count(*) FROM emails WHERE status = 'pending')
        FROM outbox_hold WHERE held_since IS NOT NULL
        """
    ) { result throws(PostgresFault) in
        guard result.rowCount > 0 else { return nil }
        return try result.withRow(0) { row throws(PostgresFault) in
            OutboxHold(
                since: try row.instant(0), reason: try row.text(1), nextProbe: try row.instant(2),
                waiting: try row.integer(3))
        }
    }

    /// Whether the outbox is held, for a statement that queues a mail which its caller would send at once.
    package static let isHeld: SQL = "(SELECT held_since IS NOT NULL FROM outbox_hold WHERE is_only)"

    /// Takes the right to probe, for a WITH part; one row if it was due and is now the caller's alone, until `lease`.
    static func takeProbe(until lease: Instant, at now: Instant, when condition: SQL) -> SQL {
        """
        UPDATE outbox_hold SET next_probe_at = \(lease)
        WHERE is_only AND held_since IS NOT NULL AND next_probe_at <= \(now) AND \(condition)
        RETURNING 1
        """
    }

    /// The number of mails that may be sent: `limit`, or while the outbox is held the number of rows in `probes`.
    static func limit(_ limit: Int, probes: SQL) -> SQL {
        """
        (
            SELECT CASE WHEN held_since IS NULL THEN \(limit)::bigint ELSE (SELECT count(*) FROM \(probes)) END
            FROM outbox_hold WHERE is_only
        )
        """
    }

    /// Lets the next mail probe at once if the outbox is held, for a WITH part.
    static func probeSoon(at now: Instant) -> SQL {
        "UPDATE outbox_hold SET next_probe_at = \(now) WHERE held_since IS NOT NULL AND next_probe_at > \(now)"
    }
}
