import EventLoop
package import Postgres

/// Runs `body` while no one else reconciles the same database; returns `nil`, without running it, if someone does.
///
/// The lock is held by a connection of its own, so that it ends with the process, however that ends.
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
