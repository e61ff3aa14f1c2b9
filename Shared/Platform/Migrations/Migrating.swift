package import EventLoop
package import Kernel
package import Postgres

/// Migrates a database's schema to the newest version.
@Loop
package struct Migrating {
    private let connection: Connection
    private let migrations: [Migration]
    private let clock: WallClock
    private let progress: @Sendable (String) -> Void

    /// Creates a migrator; `progress` is called with a description of each step.
    package init(
        _ connection: Connection, _ migrations: [Migration], clock: WallClock,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.connection = connection
        self.migrations = migrations
        self.clock = clock
        self.progress = progress
    }

    /// Applies pending migrations under a lock: a concurrent call waits, then finds nothing to do.
    package func apply() async throws(MigrationFault) -> MigrationPlan {
        do throws(PostgresFault) {
            if try await !connection.run(MigrationStatements.tryLock) {
                progress("another migrate is at work; waiting for it")
                _ = try await connection.run(MigrationStatements.lock)
            }
            _ = try await connection.run(MigrationStatements.prepare)
        } catch { throw .database(error) }
        let plan = try await plan()
        for migration in plan.pending { try await apply(migration) }
        do throws(PostgresFault) { _ = try await connection.run(MigrationStatements.unlock) } catch {
            throw .database(error)
        }
        return plan
    }

    /// Returns what `apply` would do; changes nothing.
    package func plan() async throws(MigrationFault) -> MigrationPlan {
        let applied: [AppliedMigration]
        do throws(PostgresFault) {
            applied =
                try await connection.run(MigrationStatements.isPrepared)
                ? try await connection.run(MigrationStatements.applied) : []
        } catch { throw .database(error) }
        return try MigrationPlan(migrations, applied: applied)
    }

    private func apply(_ migration: Migration) async throws(MigrationFault) {
        progress("applying \(migration.fileName) …")
        let row = AppliedMigration(version: migration.version, name: migration.name, checksum: migration.checksum)
        let now = clock.now()
        do throws(PostgresFault) {
            try await connection.transaction { connection throws(PostgresFault) in
                let before = try await connection.run(MigrationStatements.transaction)
                try await connection.execute(script: migration.script)
                guard try await connection.run(MigrationStatements.transaction) == before else {
                    throw .unexpectedAnswer("the script ends its transaction: take COMMIT and ROLLBACK out of it")
                }
                _ = try await connection.run(MigrationStatements.record(row, at: now))
            }
        } catch { throw .failed(migration.fileName, error) }
    }
}
