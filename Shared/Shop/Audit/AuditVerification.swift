package import EventLoop
package import Postgres

/// Reads the whole audit log in pages and checks it against its seals.
@Loop
package struct AuditVerification {
    private let connection: Connection
    private let head: [UInt8]?
    private let progress: @Sendable (AuditSeal) -> Void

    /// Creates a verification.
    ///
    /// - Parameters:
    ///   - head: the hash of a seal that was kept elsewhere and must be in the chain.
    ///   - progress: called with each seal that was checked.
    package init(
        _ connection: Connection, expecting head: [UInt8]? = nil,
        progress: @escaping @Sendable (AuditSeal) -> Void = { _ in }
    ) {
        self.connection = connection
        self.head = head
        self.progress = progress
    }

    /// Checks one snapshot of the log, whatever is written and sealed meanwhile.
    package func callAsFunction() async throws(PostgresFault) -> AuditReport {
        try await connection.transaction { connection throws(PostgresFault) in
            _ = try await connection.run(ServerStatements.readOnlySnapshot)
            var verifier = AuditVerifier(expecting: head)
            // Start below 1 as well: only someone who edited the tables by hand can have put rows or seals there.
            var (lastSeal, lastRow) = (Int64.min, Int64.min)
            while true {
                let seals = try await connection.run(AuditStatements.seals(above: lastSeal, limit: 8))
                for seal in seals {
                    verifier.open(seal)
                    lastRow = try await check(&verifier, above: lastRow, upTo: seal.lastID)
                    verifier.close()
                    lastSeal = seal.id
                    progress(seal)
                }
                if seals.isEmpty { break }
            }
            return verifier.finish(try await connection.run(AuditStatements.unsealed(above: lastRow)))
        }
    }

    /// Passes the rows of a range to the verifier; returns where the next range begins.
    private func check(
        _ verifier: inout AuditVerifier, above low: Int64, upTo high: Int64
    ) async throws(PostgresFault) -> Int64 {
        let page = 500
        var low = low
        while low < high {
            let rows = try await connection.run(AuditStatements.entries(above: low, upTo: high, limit: page))
            for row in rows { verifier.check(row) }
            low = rows.count == page ? rows.last?.id ?? high : high
        }
        return low
    }
}
