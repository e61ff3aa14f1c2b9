package import Audit
package import EventLoop
import JSON
package import Kernel
package import Postgres

/// Queues dead mails again, for the seller.
@Loop
package struct EmailRevival {
    /// How many mails one call queues at most; longer queues take several calls.
    package nonisolated static let batch = 10_000

    private let connection: AuditedConnection

    /// Makes its changes on `connection`.
    package init(_ connection: AuditedConnection) { self.connection = connection }

    /// Queues one mail, or with `nil` up to `batch` of those that are dead; returns how many.
    package func revive(_ mail: EmailID?) async throws(PostgresFault) -> Int {
        let context = connection.context
        return try await connection.transaction { connection throws(PostgresFault) in
            let count = try await connection.run(
                EmailListStatements.revive(mail, limit: EmailRevival.batch, at: context.at))
            if count > 0 { _ = try await connection.run(AuditStatements.record(entry(mail, count, context))) }
            return count
        }
    }

    private nonisolated func entry(_ mail: EmailID?, _ count: Int, _ context: AuditContext) -> AuditEntry {
        AuditEntry(
            by: context, "mails.retried",
            details: [
                ("count", .integer(Int64(count))), ("mail", mail.map { .string($0.description) } ?? .null),
            ])
    }
}
