import EventLoop
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
    let connection: Connection
    do throws(PostgresFault) { connection = try await .open(settings) } catch { throw CommandFault(error) }
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
    do throws(SettingsFault) { try read.finish() } catch { throw CommandFault(error) }
    return settings
}

/// What `body` makes, with a fault of the database turned into one of the command.
@Loop
func asking<Output>(
    _ body: @Loop () async throws(PostgresFault) -> Output
) async throws(CommandFault) -> Output {
    do throws(PostgresFault) { return try await body() } catch { throw CommandFault(error) }
}
