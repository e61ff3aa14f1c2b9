package import Kernel

/// What a check of the audit log found.
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

    /// How long a row may wait for its seal before something is wrong with the sealing.
    package static let patience: Duration = .seconds(3_600)
    /// Faults are kept up to this number; beyond it they are counted.
    package static let keptFaults = 100

    /// How many seals there are.
    package internal(set) var seals: Int64 = 0
    /// How many rows they close over.
    package internal(set) var sealedRows: Int64 = 0
    /// How many rows stand where seals are missing.
    package internal(set) var uncheckedRows: Int64 = 0
    /// The end of the chain; `nil` when nothing was ever sealed.
    package internal(set) var head: Head?
    /// The seal with the hash that was asked for, if there is one.
    package internal(set) var expectedHeadSeal: Int64?
    /// What waits for the next seal.
    package internal(set) var unsealed = UnsealedEntries(count: 0, oldest: nil)
    /// The first faults, in the order of the log.
    package private(set) var faults: [AuditFault] = []
    /// How many faults there are.
    package private(set) var faultCount: Int64 = 0

    /// Whether rows wait for longer than the scheduled step can be late.
    package func isOverdue(at now: Instant) -> Bool {
        unsealed.oldest.map { $0 < now - AuditReport.patience } ?? false
    }

    mutating func add(_ fault: AuditFault) {
        faultCount += 1
        if faults.count < AuditReport.keptFaults { faults.append(fault) }
    }
}
