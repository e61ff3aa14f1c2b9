import Crypto
import EventLoop
import JSON
import Kernel
package import Log
package import Postgres

/// Seals the audit log's waiting entries, a bounded number of rows at a time, and logs each seal.
///
/// An owner of the database cannot rewrite the log line: it is kept elsewhere, and `latchkey audit verify --head` tells
/// whether the chain still has its hash.
package struct AuditSealing: Sendable {
    /// The maximum number of rows in one seal.
    package static let batchLimit = 1_000

    private let log: Log
    private let batchLimit: Int

    /// Creates a sealing that logs to `log`.
    package init(_ log: Log, batchLimit: Int = AuditSealing.batchLimit) {
        self.log = log
        self.batchLimit = batchLimit
    }

    /// Creates seals until nothing waits, or `limit` of them; returns them in order.
    ///
    /// - Parameters:
    ///   - limit: the maximum number of seals, for a caller with limited time.
    ///   - run: runs one statement in a transaction of its own.
    /// - Throws: what `run` throws; earlier seals remain. `lock_not_available` means that the log's writers took longer
    ///   than the seal may wait for them; the next call may succeed.
    @Loop
    package func callAsFunction(
        atMost limit: Int = 100,
        _ run: @Loop (Statement<NewAuditSeal?>) async throws(PostgresFault) -> NewAuditSeal?
    ) async throws(PostgresFault) -> [NewAuditSeal] {
        var seals: [NewAuditSeal] = []
        while seals.count < limit, let seal = try await run(AuditStatements.seal(limit: batchLimit)) {
            log(.notice, "audit log sealed", seal.logFields)
            seals.append(seal)
            if seal.rowCount < batchLimit { break }
        }
        return seals
    }
}

extension NewAuditSeal {
    fileprivate var logFields: [(String, JSONValue)] {
        [
            ("audit_seal", .integer(id)), ("audit_last_id", .integer(lastID)), ("audit_rows", .integer(rowCount)),
            ("audit_hash", .string(Hex.encode(hash))),
        ]
    }
}
