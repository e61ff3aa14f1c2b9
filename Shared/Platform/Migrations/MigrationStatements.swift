package import Kernel
package import Postgres

/// A migration that has been applied.
package struct AppliedMigration: Equatable, Sendable {
    /// The file's number.
    package let version: Int
    /// The file name without number and extension.
    package let name: String
    /// The SHA-256 digest of the script that was applied.
    package let checksum: [UInt8]

    /// Creates the record of an applied migration.
    package init(version: Int, name: String, checksum: [UInt8]) {
        self.version = version
        self.name = name
        self.checksum = checksum
    }
}

/// The statements on the migration history.
package enum MigrationStatements {
    /// Creates the history table if it does not exist.
    package static let prepare = Statement<Int>.affected(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version integer PRIMARY KEY,
            name text NOT NULL,
            checksum bytea NOT NULL CHECK (octet_length(checksum) = 32),
            applied_at timestamptz NOT NULL
        )
        """)

    /// Whether the history table exists.
    package static let isPrepared = Statement<Bool>.row("SELECT to_regclass('schema_migrations') IS NOT NULL") {
        row throws(PostgresFault) in try row.bool(0)
    }

    /// The applied migrations, in order.
    package static let applied = Statement<[AppliedMigration]>.rows(
        "SELECT version, name, checksum FROM schema_migrations ORDER BY version"
    ) { row throws(PostgresFault) in
        AppliedMigration(version: Int(try row.integer(0)), name: try row.text(1), checksum: try row.bytes(2))
    }

    /// Records an applied migration; runs in the transaction that applies it.
    package static func record(_ migration: AppliedMigration, at now: Instant) -> Statement<Int> {
        .affected(
            """
            INSERT INTO schema_migrations (version, name, checksum, applied_at)
            VALUES (\(migration.version)::integer, \(migration.name), \(migration.checksum), \(now))
            """)
    }

    /// The current transaction's ID.
    package static let transaction = Statement<String>.row("SELECT pg_current_xact_id()::text") {
        row throws(PostgresFault) in try row.text(0)
    }

    /// Tries the migration lock.
    ///
    /// The number is «latchkey» in ASCII.
    package static let tryLock = Statement<Bool>.row("SELECT pg_try_advisory_lock(7809651199139603833)") {
        row throws(PostgresFault) in try row.bool(0)
    }

    /// Waits for the migration lock.
    package static let lock = Statement<Int>.affected("SELECT pg_advisory_lock(7809651199139603833)")

    /// Releases the lock; closing the connection does so too.
    package static let unlock = Statement<Int>.affected("SELECT pg_advisory_unlock(7809651199139603833)")
}
