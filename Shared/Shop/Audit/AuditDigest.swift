import Crypto
import Kernel

/// The digests of the audit log, computed from what was read and from nothing that Postgres computed.
///
/// The encoding is the one that `infra/migrations/0007_audit_seals.sql` describes: numbers in network order, and every
/// field preceded by its length, so that no two contents have the same bytes.
enum AuditDigest {
    /// The number of bytes before each digest in a seal: the row's ID.
    static let idByteCount = 8

    /// Returns the digest of one row.
    static func of(_ row: AuditRow) -> [UInt8] {
        var bytes = Array("latchkey audit row v1".utf8) + row.id.bigEndianBytes + time(row.at)
        bytes += field(Array(row.actor.utf8)) + field(Array(row.action.utf8)) + field(row.order?.uuid.bytes)
        bytes += field(Array(row.details.utf8)) + field(Array(row.origin.utf8))
        return SHA256.hash(bytes)
    }

    /// Returns the hash that a seal must have.
    static func of(_ seal: AuditSeal) -> [UInt8] {
        var bytes = Array("latchkey audit seal v1".utf8) + seal.id.bigEndianBytes + seal.previousHash
        bytes += seal.firstID.bigEndianBytes + seal.lastID.bigEndianBytes + time(seal.sealedAt)
        bytes += Int32(truncatingIfNeeded: seal.rowCount).bigEndianBytes + seal.digests
        return SHA256.hash(bytes)
    }

    /// Returns the microseconds since 2000-01-01 UTC; Postgres's «infinity» is the largest integer, hence no trap.
    private static func time(_ instant: Instant) -> [UInt8] {
        (instant.microseconds &- 946_684_800_000_000).bigEndianBytes
    }

    private static func field(_ bytes: [UInt8]?) -> [UInt8] {
        guard let bytes else { return Int32(-1).bigEndianBytes }
        return Int32(truncatingIfNeeded: bytes.count).bigEndianBytes + bytes
    }
}
