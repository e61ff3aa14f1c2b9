import EventLoop
import Kernel
import Postgres
import Settings

/// Lends one connection to the database that the environment names.
///
/// - Parameter limit: the longest that one statement may take; a person waits, so it is longer than a function's.
@Loop
func withDatabase<Output>(
    _ environment: [String: String], limit: Duration = .seconds(60),
    _ body: @Loop (Connection) async throws(CommandFault) -> Output
) async throws(CommandFault) -> Output {
    var settings = try databaseSettings(environment)
    settings.statementTime = limit
    // A person would rather wait than begin anew, on a busy machine or through a proxy that wakes up first.
    settings.connectTime = .seconds(30)
    let connection = try await mapError(CommandFault.database, await Connection.open(settings))
    defer { connection.close() }
    return try await body(connection)
}

/// Makes a change as one transaction, whose parts stay together or are all taken back.
///
/// - Parameter isDryRun: whether everything is taken back at the end, so that its outcome tells what would happen.
@Loop
func changing<Output>(
    _ connection: Connection, isDryRun: Bool, _ body: @Loop (Connection) async throws(PostgresFault) -> Output
) async throws(PostgresFault) -> Output {
    try await connection.transaction { connection throws(PostgresFault) in
        if isDryRun { _ = try await connection.run(Statement<Int>.affected("SAVEPOINT dry_run")) }
        let output = try await body(connection)
        if isDryRun { _ = try await connection.run(Statement<Int>.affected("ROLLBACK TO SAVEPOINT dry_run")) }
        return output
    }
}

private func databaseSettings(_ environment: [String: String]) throws(CommandFault) -> DatabaseSettings {
    var read = SettingsReader(environment)
    let settings = DatabaseSettings(&read)
    do { try read.finish() } catch { throw .settings(error) }
    return settings
}
