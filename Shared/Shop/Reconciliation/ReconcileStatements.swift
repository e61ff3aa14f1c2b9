package import Kernel
package import Postgres

/// What reconcile remembers between its runs.
package enum ReconcileStatements {
    /// Takes the turn to reconcile this database, if nobody has it; for a connection that is kept for the whole run.
    ///
    /// The number is «reconcil» in ASCII.
    package static let tryLock = Statement<Bool>.row("SELECT pg_try_advisory_lock(8243104023216089452)") {
        row throws(PostgresFault) in try row.bool(0)
    }

    /// Gives the turn back; the end of the connection does so too.
    package static let unlock = Statement<Int>.affected("SELECT pg_advisory_unlock(8243104023216089452)")

    /// From when on the list called `name` is to be read; `nil` when it never was.
    package static func mark(_ name: String) -> Statement<Instant?> {
        .optionalRow("SELECT through FROM reconcile_marks WHERE name = \(name)") { row throws(PostgresFault) in
            try row.instant(0)
        }
    }

    /// Notes that everything in the list before `through` is dealt with; a mark never goes back.
    package static func advance(_ name: String, to through: Instant, at now: Instant) -> Statement<Int> {
        .affected(
            """
            INSERT INTO reconcile_marks AS known (name, through, updated_at) VALUES (\(name), \(through), \(now))
            ON CONFLICT (name) DO UPDATE SET through = EXCLUDED.through, updated_at = EXCLUDED.updated_at
            WHERE known.through < EXCLUDED.through
            """)
    }
}
