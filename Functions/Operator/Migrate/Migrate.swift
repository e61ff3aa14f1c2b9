import EventLoop
import Kernel
import Postgres
import Records

/// Brings a database's schema up to date.
@Loop
struct Migrate {
    let connection: Connection
    let migrations: [Migration]
    let console: Console
    let clock: WallClock

    /// Applies what is missing, alone: a second one waits for the first and then finds nothing to do.
    func apply() async throws(CommandFault) -> MigrationPlan {
        try await waitForTurn()
        _ = try await mapError(CommandFault.database, await connection.run(MigrationStatements.prepare))
        let plan = try await plan()
        for migration in plan.pending { try await apply(migration) }
        _ = try await mapError(CommandFault.database, await connection.run(MigrationStatements.unlock))
        return plan
    }

    /// What there is to do; changes nothing.
    func plan() async throws(CommandFault) -> MigrationPlan {
        let applied = try await mapError(
            CommandFault.database,
            await connection.run(MigrationStatements.isPrepared)
                ? try await connection.run(MigrationStatements.applied) : [])
        return try MigrationPlan(migrations, applied: applied)
    }

    private func waitForTurn() async throws(CommandFault) {
        guard try await !mapError(CommandFault.database, await connection.run(MigrationStatements.tryLock)) else {
            return
        }
        console.progress("another migrate is at work; waiting for it")
        _ = try await mapError(CommandFault.database, await connection.run(MigrationStatements.lock))
    }

    private func apply(_ migration: Migration) async throws(CommandFault) {
        console.progress("applying \(migration.fileName) …")
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
        } catch {
            throw .failed("\(migration.fileName) failed and changed nothing: \(error)")
        }
    }
}
