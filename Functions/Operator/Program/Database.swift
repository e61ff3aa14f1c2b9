import EventLoop
import Kernel
import Postgres
import Settings

/// Runs `body` with a connection to the database that the environment names.
///
/// - Parameter limit: the time limit of one statement, longer than a function's because a person waits.
@Loop
func withDatabase<Output>(
    _ environment: [String: String], limit: Duration = .seconds(60),
    _ body: @Loop (Connection) async throws(CommandFault) -> Output
) async throws(CommandFault) -> Output {
    var settings = try databaseSettings(environment)
    settings.statementTime = limit
    // A person prefers waiting to starting over, on a busy machine or behind a proxy with a cold start.
    settings.connectTime = .seconds(30)
    let connection = try await mapError(CommandFault.database, await Connection.open(settings))
    defer { connection.close() }
    return try await body(connection)
}

private func databaseSettings(_ environment: [String: String]) throws(CommandFault) -> DatabaseSettings {
    var read = SettingsReader(environment)
    let settings = DatabaseSettings(&read)
    do { try read.finish() } catch { throw .settings(error) }
    return settings
}
