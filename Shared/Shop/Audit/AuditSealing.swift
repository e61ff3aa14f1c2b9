import Crypto
import EventLoop
import JSON
import Kernel
package import Log
package import Postgres

/// Seals what the audit log has waiting, a bounded number of rows at a time, and logs each seal.
///
/// The log line is what an owner of the database cannot rewrite: it lies elsewhere, and `latchkey audit verify --head`
/// tells whether the chain still has its hash.
package struct AuditSealing: Sendable {
    /// Rows in one seal at most.
    package static let batchLimit = 1_000

    private let log: Log
    private let batchLimit: Int

    /// A sealing that tells `log`.
    package init(_ log: Log, batchLimit: Int = AuditSealing.batchLimit) {
        self.log = log
        self.batchLimit = batchLimit
    }

    /// Makes seals until nothing waits, or `limit` of them; answers them in order.
    ///
    /// - Parameters:
    ///   - limit: the most seals of one call, for a caller whose time is bounded.
    ///   - run: runs one statement in a transaction of its own.
    /// - Throws: what `run` throws; seals made before stay. `lock_not_available` means that the log's writers took
    ///   longer than the seal may wait for them, and that the next call does better.
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
