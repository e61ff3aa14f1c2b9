import Crypto
import Kernel

@testable import Audit

let zeros = [UInt8](repeating: 0, count: 32)

/// Rows and the chain of seals over them, as they would lie in a database.
struct SampleChain {
    var rows: [AuditRow] = []
    var seals: [AuditSeal] = []

    /// One seal for each list of row numbers.
    init(_ batches: [[Int64]]) {
        for batch in batches {
            rows += batch.map(AuditRow.sample)
            let firstID = (seals.last?.lastID ?? 0) + 1
            let seal = AuditSeal(
                id: Int64(seals.count + 1), firstID: firstID, lastID: batch.last ?? firstID,
                rowCount: Int64(batch.count), digests: digests(of: rows.suffix(batch.count)),
                previousHash: seals.last?.hash ?? zeros, hash: [], sealedAt: Instant(unixSeconds: 1))
            seals.append(seal.rehashed)
        }
    }

    /// Changes the last row of a seal and makes the seal fit.
    mutating func remake(_ index: Int) {
        let seal = seals[index]
        rows = rows.map { $0.id == seal.lastID ? $0.altered : $0 }
        let own = rows.filter { (seal.firstID...seal.lastID).contains($0.id) }
        seals[index] =
            seal.with(digests: digests(of: own[...]))
            .with(previousHash: index == 0 ? zeros : seals[index - 1].hash).rehashed
    }

    /// The same for every seal from `index` on.
    mutating func remakeAll(from index: Int) {
        for later in seals.indices.dropFirst(index) { remake(later) }
    }

    /// Checks as a reader of the database would.
    func check(
        expecting head: [UInt8]? = nil, waiting: UnsealedEntries = UnsealedEntries(count: 0, oldest: nil)
    ) -> AuditReport {
        var verifier = AuditVerifier(expecting: head)
        var end = Int64.min
        for seal in seals {
            verifier.open(seal)
            for row in rows where row.id > end && row.id <= seal.lastID { verifier.check(row) }
            verifier.close()
            end = max(end, seal.lastID)
        }
        return verifier.finish(waiting)
    }
}

/// Something that is done to a chain.
struct Harm: Sendable, CustomStringConvertible {
    let description: String
    let apply: @Sendable (inout SampleChain) -> Void

    init(_ description: String, _ apply: @escaping @Sendable (inout SampleChain) -> Void) {
        self.description = description
        self.apply = apply
    }
}

private func digests(of rows: ArraySlice<AuditRow>) -> [UInt8] {
    rows.flatMap { $0.id.bigEndianBytes + AuditDigest.of($0) }
}

extension AuditRow {
    static func sample(_ id: Int64) -> AuditRow { sample(id, "order.refunded") }

    private static func sample(_ id: Int64, _ action: String) -> AuditRow {
        AuditRow(
            id: id, at: Instant(unixSeconds: id), actor: "customer", action: action, order: nil, details: "{}",
            origin: "")
    }

    var altered: AuditRow { AuditRow.sample(id, "order.paid") }
}

extension AuditSeal {
    func with(
        firstID: Int64? = nil, lastID: Int64? = nil, digests: [UInt8]? = nil, previousHash: [UInt8]? = nil,
        hash: [UInt8]? = nil, sealedAt: Int64? = nil
    ) -> AuditSeal {
        AuditSeal(
            id: id, firstID: firstID ?? self.firstID, lastID: lastID ?? self.lastID, rowCount: rowCount,
            digests: digests ?? self.digests, previousHash: previousHash ?? self.previousHash, hash: hash ?? self.hash,
            sealedAt: sealedAt.map(Instant.init(unixSeconds:)) ?? self.sealedAt)
    }

    /// The seal with the hash that it must have.
    var rehashed: AuditSeal { with(hash: AuditDigest.of(self)) }

    /// The seal with its first row's number one higher, its hash left alone.
    var renumbered: AuditSeal {
        let id = digests.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } + 1
        return with(digests: id.bigEndianBytes + digests.dropFirst(8))
    }
}
