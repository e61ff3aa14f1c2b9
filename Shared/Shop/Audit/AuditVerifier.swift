/// Checks the chain of seals against the rows.
///
/// Both come in order: a seal is opened, the rows up to its end are checked, it is closed, and so on. Only the digests
/// of one seal are held at a time, so a log of any length takes the same memory.
package struct AuditVerifier: Sendable {
    private var report = AuditReport()
    private let expectedHead: [UInt8]?
    /// The last seal with the hash that it must have.
    private var previous: (seal: AuditSeal, hash: [UInt8])?
    private var current: OpenSeal?

    /// Creates a check from the start of the log.
    ///
    /// - Parameter head: the hash of a seal that was kept elsewhere and must be in the chain.
    package init(expecting head: [UInt8]? = nil) { expectedHead = head }

    /// Opens the next seal and checks its own content and its link to the previous one.
    package mutating func open(_ seal: AuditSeal) {
        let hash = AuditDigest.of(seal)
        let open = OpenSeal(seal, isBehindGap: seal.id > nextID)
        if open.isBehindGap {
            report.add(.sealsMissing(nextID...seal.id - 1))
        } else if !follows(seal) {
            report.add(.chainBroken(seal.id))
        }
        if hash != seal.hash || !open.isWellFormed { report.add(.sealChanged(seal.id)) }
        if hash == expectedHead { report.expectedHeadSeal = seal.id }
        report.seals += 1
        report.sealedRows += Int64(open.digests.count)
        previous = (seal, hash)
        current = open
    }

    /// Checks one row after the previous seal's end and up to this one's.
    package mutating func check(_ row: AuditRow) {
        guard let seal = current?.seal else { return }
        if row.id < seal.firstID, current?.isBehindGap == true {
            report.uncheckedRows += 1
        } else if let digest = current?.digests.removeValue(forKey: row.id) {
            if !digest.elementsEqual(AuditDigest.of(row)) { report.add(.rowChanged(row.id, seal: seal.id)) }
        } else {
            report.add(.rowAdded(row.id, seal: seal.id))
        }
    }

    /// Closes the seal: its digests without a row are missing rows.
    package mutating func close() {
        guard let current else { return }
        for id in current.digests.keys.sorted() { report.add(.rowMissing(id, seal: current.seal.id)) }
        self.current = nil
    }

    /// Returns the report, with the entries after the last seal.
    package consuming func finish(_ unsealed: UnsealedEntries) -> AuditReport {
        report.unsealed = unsealed
        report.head = previous.map { previous in
            AuditReport.Head(
                seal: previous.seal.id, lastID: previous.seal.lastID, hash: previous.seal.hash,
                sealedAt: previous.seal.sealedAt)
        }
        if let expectedHead, report.expectedHeadSeal == nil { report.add(.headMissing(expectedHead)) }
        return report
    }

    private var nextID: Int64 { (previous?.seal.id ?? 0) &+ 1 }

    /// Whether the seal continues the previous one.
    ///
    /// If the previous one was changed, it suffices that either its stored hash or the one that it must have is here:
    /// the fault is that seal's, and has been reported.
    private func follows(_ seal: AuditSeal) -> Bool {
        guard let previous else {
            return seal.id == 1 && seal.firstID == 1 && seal.previousHash == [UInt8](repeating: 0, count: 32)
        }
        let isLinked = seal.previousHash == previous.hash || seal.previousHash == previous.seal.hash
        return seal.id == nextID && seal.firstID == previous.seal.lastID &+ 1 && isLinked
    }
}

/// A seal and those of its digests whose rows have not been found yet.
private struct OpenSeal: Sendable {
    let seal: AuditSeal
    /// Whether seals before it are missing.
    let isBehindGap: Bool
    var digests: [Int64: ArraySlice<UInt8>] = [:]
    /// Whether the digests are complete, as many as the seal claims, and of different rows.
    var isWellFormed: Bool

    init(_ seal: AuditSeal, isBehindGap: Bool) {
        self.seal = seal
        self.isBehindGap = isBehindGap
        let step = AuditDigest.idByteCount + 32
        for start in stride(from: 0, to: seal.digests.count - step + 1, by: step) {
            let id = seal.digests[start..<start + AuditDigest.idByteCount].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            digests[Int64(bitPattern: id)] = seal.digests[start + AuditDigest.idByteCount..<start + step]
        }
        isWellFormed =
            seal.digests.count % step == 0 && digests.count == seal.digests.count / step
            && Int64(digests.count) == seal.rowCount
    }
}
