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

private func databaseSettings(_ environment: [String: String]) throws(CommandFault) -> DatabaseSettings {
    var read = SettingsReader(environment)
    let settings = DatabaseSettings(&read)
    do { try read.finish() } catch { throw .settings(error) }
    return settings
}
