package import Kernel
package import Postgres

/// What sealing made: one more seal at the end of the chain.
package struct NewAuditSeal: Equatable, Sendable {
    /// The seal's number, counted from 1 without gaps.
    package let id: Int64
    /// The first number of the range that it closes.
    package let firstID: Int64
    /// The last entry's number.
    package let lastID: Int64
    /// How many entries are in the range.
    package let rowCount: Int64
    /// The hash over them and the whole chain before: whoever keeps it elsewhere can tell later that nothing changed.
    package let hash: [UInt8]
    /// When it was sealed, by the database's clock.
    package let sealedAt: Instant
}

/// A seal as it lies in the database, nothing about it taken for true.
package struct AuditSeal: Equatable, Sendable {
    /// The seal's number.
    package let id: Int64
    /// The first number of the range that it closes.
    package let firstID: Int64
    /// The last entry's number.
    package let lastID: Int64
    /// How many entries it says that it holds.
    package let rowCount: Int64
    /// For each entry its number in 8 bytes and its digest in 32.
    package let digests: [UInt8]
    /// The hash of the seal before, 32 zero bytes in the first.
    package let previousHash: [UInt8]
    /// The hash that it was given.
    package let hash: [UInt8]
    /// When it was sealed.
    package let sealedAt: Instant

    /// Takes the parts as they are.
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

/// What waits for the next seal.
package struct UnsealedEntries: Equatable, Sendable {
    /// How many entries.
    package let count: Int64
    /// When the oldest was written; `nil` when there is none.
    package let oldest: Instant?

    /// Takes the parts as they are.
    package init(count: Int64, oldest: Instant?) {
        self.count = count
        self.oldest = oldest
    }
}

extension AuditStatements {
    /// Seals the next entries, at most `limit`; `nil` when there is nothing to seal.
    ///
    /// For a scheduled step, never for a request of a buyer's: it waits for the log's writers for a moment, and those
    /// who come meanwhile wait behind it. It ends with `lock_not_available` (a transient fault) when they took longer.
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

    /// The seals with numbers above `id`, in order.
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

    /// What lies behind the range that the seals close up to `id`.
    package static func unsealed(above id: Int64) -> Statement<UnsealedEntries> {
        .row("SELECT count(*), min(at) FROM audit_log WHERE id > \(id)::bigint") { row throws(PostgresFault) in
            UnsealedEntries(count: try row.integer(0), oldest: try row.optionalInstant(1))
        }
    }
}
