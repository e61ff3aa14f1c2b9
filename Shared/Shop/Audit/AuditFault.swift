import Crypto

/// A fault of the audit log.
package enum AuditFault: Equatable, Sendable {
    /// A row differs from what was sealed.
    case rowChanged(Int64, seal: Int64)
    /// A sealed row is missing.
    case rowMissing(Int64, seal: Int64)
    /// A row is in a range that was sealed without it.
    case rowAdded(Int64, seal: Int64)
    /// Seals are missing, and the rows in their ranges cannot be checked.
    case sealsMissing(ClosedRange<Int64>)
    /// A seal's hash does not match its content.
    case sealChanged(Int64)
    /// A seal does not follow from the one before it: that one, or all up to it, was recreated.
    case chainBroken(Int64)
    /// No seal has the hash that was kept elsewhere.
    case headMissing([UInt8])

    /// The fault's name, for programs.
    package var kind: String {
        switch self {
        case .rowChanged: "row_changed"
        case .rowMissing: "row_missing"
        case .rowAdded: "row_added"
        case .sealsMissing: "seal_missing"
        case .sealChanged: "seal_changed"
        case .chainBroken: "chain_broken"
        case .headMissing: "head_missing"
        }
    }

    /// The row's number; `nil` if the fault is not a row's.
    package var row: Int64? {
        switch self {
        case .rowChanged(let row, _), .rowMissing(let row, _), .rowAdded(let row, _): row
        case .sealsMissing, .sealChanged, .chainBroken, .headMissing: nil
        }
    }

    /// The seal's number, that of the first seal if there are several.
    package var seal: Int64? {
        switch self {
        case .rowChanged(_, let seal), .rowMissing(_, let seal), .rowAdded(_, let seal): seal
        case .sealChanged(let seal), .chainBroken(let seal): seal
        case .sealsMissing(let seals): seals.lowerBound
        case .headMissing: nil
        }
    }
}

extension AuditFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rowChanged(let row, let seal): "row \(row) was changed after it was sealed (seal \(seal))"
        case .rowMissing(let row, let seal): "row \(row) is missing (seal \(seal))"
        case .rowAdded(let row, let seal): "row \(row) was added after its range was sealed (seal \(seal))"
        case .sealsMissing(let seals) where seals.count == 1:
            "seal \(seals.lowerBound) is missing; its rows cannot be checked"
        case .sealsMissing(let seals):
            "seals \(seals.lowerBound) to \(seals.upperBound) are missing; their rows cannot be checked"
        case .sealChanged(let seal): "seal \(seal) was changed: its hash is not that of what it holds"
        case .chainBroken(let seal): "the chain is broken at seal \(seal): it does not follow from the seal before it"
        case .headMissing(let hash):
            "no seal has the hash \(Hex.encode(hash)): the log was rewritten or cut, restored from an older backup, or "
                + "is another shop's"
        }
    }
}
