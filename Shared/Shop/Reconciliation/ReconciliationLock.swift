import EventLoop
package import Postgres

/// Runs `body` while nobody else reconciles the same database; answers `nil`, and runs nothing, when somebody does.
///
/// The turn hangs on a connection of its own, so that it ends with the process, however that ends.
@Loop
package func withReconciliationLock<Output>(
    _ settings: DatabaseSettings, _ body: @Loop () async -> Output
) async throws(PostgresFault) -> Output? {
    let connection = try await Connection.open(settings)
    defer { connection.close() }
    guard try await connection.run(ReconcileStatements.tryLock) else { return nil }
    let output = await body()
    _ = try await connection.run(ReconcileStatements.unlock)
    return output
}
