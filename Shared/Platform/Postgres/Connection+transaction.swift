import EventLoop

extension Connection {
    /// Runs `body` between BEGIN and COMMIT; rolls back if it throws.
    package func transaction<Output>(
        _ body: @Loop (Connection) async throws(PostgresFault) -> Output
    ) async throws(PostgresFault) -> Output {
        _ = try await run(Statement<Int>.affected("BEGIN"))
        do {
            let output = try await body(self)
            _ = try await run(Statement<Int>.affected("COMMIT"))
            return output
        } catch {
            // A connection that cannot roll back is unusable; the server ends the transaction when it closes.
            do { _ = try await run(Statement<Int>.affected("ROLLBACK")) } catch { close() }
            throw error
        }
    }

    /// Runs `body` in a transaction; a dry run rolls back at the end, so that its result shows what would change.
    package func transaction<Output>(
        dryRun: Bool, _ body: @Loop (Connection) async throws(PostgresFault) -> Output
    ) async throws(PostgresFault) -> Output {
        try await transaction { connection throws(PostgresFault) in
            if dryRun { _ = try await connection.run(Statement<Int>.affected("SAVEPOINT dry_run")) }
            let output = try await body(connection)
            if dryRun { _ = try await connection.run(Statement<Int>.affected("ROLLBACK TO SAVEPOINT dry_run")) }
            return output
        }
    }
}
