package import EventLoop
package import Postgres

/// A connection on which someone makes a change by hand, with what the audit log records of it.
@Loop
package struct AuditedConnection {
    /// Who makes the change, from where, why and when.
    package let context: AuditContext
    private let connection: Connection
    private let isDryRun: Bool

    /// Creates an audited connection; a dry run rolls back each change.
    package init(_ connection: Connection, by context: AuditContext, dryRun isDryRun: Bool) {
        self.connection = connection
        self.context = context
        self.isDryRun = isDryRun
    }

    /// Runs `body` as one transaction, and returns what it returns, also when a dry run undoes it.
    package func transaction<Output>(
        _ body: @Loop (Connection) async throws(PostgresFault) -> Output
    ) async throws(PostgresFault) -> Output {
        try await connection.transaction(dryRun: isDryRun, body)
    }
}
