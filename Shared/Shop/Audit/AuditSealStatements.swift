package import Kernel
package import Postgres

/// A new seal at the end of the chain.
package struct NewAuditSeal: Equatable, Sendable {
    /// The seal's number, counted from 1 without gaps.
    package let id: Int64
    /// The first number of its range.
    package let firstID: Int64
    /// The last entry's number.
    package let lastID: Int64
    /// The number of entries in the range.
    package let rowCount: Int64
    /// The hash over them and the whole chain before; a copy kept elsewhere proves later that nothing changed.
    package let hash: [UInt8]
    /// When it was sealed, by the database's clock.
    package let sealedAt: Instant
}

/// A seal as stored in the database, unverified.
package struct AuditSeal: Equatable, Sendable {
    /// The seal's number.
    package let id: Int64
    /// The first number of its range.
    package let firstID: Int64
    /// The last entry's number.
    package let lastID: Int64
    /// The number of entries that it claims.
    package let rowCount: Int64
    /// For each entry its number in 8 bytes and its digest in 32.
    package let digests: [UInt8]
    /// The hash of the previous seal, 32 zero bytes in the first.
    package let previousHash: [UInt8]
    /// The stored hash.
    package let hash: [UInt8]
    /// When it was sealed.
    package let sealedAt: Instant

    /// Creates a seal.
    package init(
        id: Int64, firstID: Int64, lastID: Int64, rowCount: Int64, digests: [UInt8], previousHash: [UInt8],
        hash: [UInt8], sealedAt: Instant
    ) {
        self.id = id
        self.firstID = firstID
        self.lastID = lastID
        self.rowCount = rowCount
        self.digests = digests
        self.previousHash = previousHash
        self.hash = hash
        self.sealedAt = sealedAt
    }
}

/// The entries that wait for the next seal.
package struct UnsealedEntries: Equatable, Sendable {
    /// The number of entries.
    package let count: Int64
    /// When the oldest was written; `nil` if there is none.
    package let oldest: Instant?

    /// Creates a summary.
    package init(count: Int64, oldest: Instant?) {
        self.count = count
        self.oldest = oldest
    }
}

extension AuditStatements {
    /// Seals the next entries, at most `limit`; returns `nil` if there is nothing to seal.
    ///
    /// For a scheduled job, never for a buyer's request: it waits briefly for the log's writers, and new writers wait
    /// behind it. It fails with `lock_not_available` (a transient fault) if they take longer.
    ///
    /// - Parameter limit: 1 to 10,000.
    package static func seal(limit: Int = 1_000) -> Statement<NewAuditSeal?> {
        .optionalRow(
            "SELECT id, first_id, last_id, row_count, hash, sealed_at FROM audit_seal(\(limit)::integer)"
        ) { row throws(PostgresFault) in
            NewAuditSeal(
                id: try row.integer(0), firstID: try row.integer(1), lastID: try row.integer(2),
                rowCount: try row.integer(3), hash: try row.bytes(4), sealedAt: try row.instant(5))
        }
    }

    /// Returns the seals with numbers above `id`, in order.
    package static func seals(above id: Int64, limit: Int) -> Statement<[AuditSeal]> {
        .rows(
            """
            SELECT id, first_id, last_id, row_count, digests, previous_hash, hash, sealed_at
            FROM audit_seals WHERE id > \(id)::bigint ORDER BY id LIMIT \(limit)::bigint
            """
        ) { row throws(PostgresFault) in
            AuditSeal(
                id: try row.integer(0), firstID: try row.integer(1), lastID: try row.integer(2),
                rowCount: try row.integer(3), digests: try row.bytes(4), previousHash: try row.bytes(5),
                hash: try row.bytes(6), sealedAt: try row.instant(7))
        }
    }

    /// Returns the entries after number `id`, the end of the sealed range.
    package static func unsealed(above id: Int64) -> Statement<UnsealedEntries> {
        .row("SELECT count(*), min(at) FROM audit_log WHERE id > \(id)::bigint") { row throws(PostgresFault) in
            UnsealedEntries(count: try row.integer(0), oldest: try row.optionalInstant(1))
        }
    }
}
