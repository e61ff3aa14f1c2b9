package import Kernel
package import Postgres

/// The state that reconcile keeps between its runs.
package enum ReconcileStatements {
    /// Takes the lock for reconciling this database if it is free; for a connection that is kept for the whole run.
    ///
    /// The number is «reconcil» in ASCII.
    package static let tryLock = Statement<Bool>.row("SELECT pg_try_advisory_lock(8243104023216089452)") {
        row throws(PostgresFault) in try row.bool(0)
    }

    /// Releases the lock; closing the connection does so too.
    package static let unlock = Statement<Int>.affected("SELECT pg_advisory_unlock(8243104023216089452)")

    /// The watermark of the list `name`, from where it is read next; `nil` if it was never read.
    package static func watermark(_ name: String) -> Statement<Instant?> {
        .optionalRow("SELECT through FROM reconcile_marks WHERE name = \(name)") { row throws(PostgresFault) in
            try row.instant(0)
        }
    }

    /// Advances the watermark: everything in the list before `through` has been processed; it never moves back.
    package static func advance(_ name: String, to through: Instant, at now: Instant) -> Statement<Int> {
        .affected(
            """
            INSERT INTO reconcile_marks AS known (name, through, updated_at) VALUES (\(name), \(through), \(now))
            ON CONFLICT (name) DO UPDATE SET through = EXCLUDED.through, updated_at = EXCLUDED.updated_at
            WHERE known.through < EXCLUDED.through
            """)
    }
}
