package import Kernel

/// The findings of a check of the audit log.
package struct AuditReport: Equatable, Sendable {
    /// The end of the chain: what to keep elsewhere.
    package struct Head: Equatable, Sendable {
        /// The seal's number.
        package let seal: Int64
        /// The last sealed row's number.
        package let lastID: Int64
        /// The seal's hash.
        package let hash: [UInt8]
        /// When it was sealed.
        package let sealedAt: Instant
    }

    /// How long a row may wait for its seal before the sealing counts as failing.
    package static let patience: Duration = .seconds(3_600)
    /// The maximum number of faults kept; further ones are only counted.
    package static let keptFaults = 100

    /// The number of seals.
    package internal(set) var seals: Int64 = 0
    /// The number of sealed rows.
    package internal(set) var sealedRows: Int64 = 0
    /// The number of rows in ranges of missing seals.
    package internal(set) var uncheckedRows: Int64 = 0
    /// The end of the chain; `nil` if nothing has ever been sealed.
    package internal(set) var head: Head?
    /// The seal with the expected hash, if there is one.
    package internal(set) var expectedHeadSeal: Int64?
    /// The entries that wait for the next seal.
    package internal(set) var unsealed = UnsealedEntries(count: 0, oldest: nil)
    /// The first faults, in the order of the log.
    package private(set) var faults: [AuditFault] = []
    /// The number of faults.
    package private(set) var faultCount: Int64 = 0

    /// Whether rows have waited longer than the scheduled job can be late.
    package func isOverdue(at now: Instant) -> Bool {
        unsealed.oldest.map { $0 < now - AuditReport.patience } ?? false
    }

    mutating func add(_ fault: AuditFault) {
        faultCount += 1
        if faults.count < AuditReport.keptFaults { faults.append(fault) }
    }
}
