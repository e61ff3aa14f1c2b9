package import Kernel
package import Postgres

/// A migration that the database has.
package struct AppliedMigration: Equatable, Sendable {
    /// The file's number.
    package let version: Int
    /// The file's name behind the number.
    package let name: String
    /// The SHA-256 digest of the file as it was applied.
    package let checksum: [UInt8]

    /// Takes the parts as they are.
    package init(version: Int, name: String, checksum: [UInt8]) {
        self.version = version
        self.name = name
        self.checksum = checksum
    }
}

/// The schema's own history.
package enum MigrationStatements {
    /// Makes the table of what was applied, where there is none.
    package static let prepare = Statement<Int>.affected(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version integer PRIMARY KEY,
            name text NOT NULL,
            checksum bytea NOT NULL CHECK (octet_length(checksum) = 32),
            applied_at timestamptz NOT NULL
        )
        """)

    /// Whether that table is there.
    package static let isPrepared = Statement<Bool>.row("SELECT to_regclass('schema_migrations') IS NOT NULL") {
        row throws(PostgresFault) in try row.bool(0)
    }

    /// What was applied, in order.
    package static let applied = Statement<[AppliedMigration]>.rows(
        "SELECT version, name, checksum FROM schema_migrations ORDER BY version"
    ) { row throws(PostgresFault) in
        AppliedMigration(version: Int(try row.integer(0)), name: try row.text(1), checksum: try row.bytes(2))
    }

    /// Notes that a migration was applied; for the transaction that applies it.
    package static func record(_ migration: AppliedMigration, at now: Instant) -> Statement<Int> {
        .affected(
            """
            INSERT INTO schema_migrations (version, name, checksum, applied_at)
            VALUES (\(migration.version)::integer, \(migration.name), \(migration.checksum), \(now))
            """)
    }

    /// Which transaction this is.
    package static let transaction = Statement<String>.row("SELECT pg_current_xact_id()::text") {
        row throws(PostgresFault) in try row.text(0)
    }

    /// Takes the turn to migrate this database, if nobody has it.
    ///
    /// The number is «latchkey» in ASCII.
    package static let tryLock = Statement<Bool>.row("SELECT pg_try_advisory_lock(7809651199139603833)") {
        row throws(PostgresFault) in try row.bool(0)
    }

    /// Waits for the turn.
    package static let lock = Statement<Int>.affected("SELECT pg_advisory_lock(7809651199139603833)")

    /// Gives the turn back; the end of the connection does so too.
    package static let unlock = Statement<Int>.affected("SELECT pg_advisory_unlock(7809651199139603833)")
}
