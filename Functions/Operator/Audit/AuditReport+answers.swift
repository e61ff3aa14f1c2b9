import Audit
import Crypto
import JSON
import Kernel

extension AuditReport {
    /// The text output.
    var lines: [String] {
        ["Audit log"] + aligned(facts) + [""] + verdict
    }

    private var facts: [[String]] {
        var facts = [["sealed", sealed], ["waiting", waiting]]
        if let head {
            facts.insert(["head", "seal \(head.seal) of \(head.sealedAt.toTheSecond)"], at: 1)
            facts.insert(["", Hex.encode(head.hash)], at: 2)
        }
        if uncheckedRows > 0 { facts.append(["unchecked", rows(uncheckedRows)]) }
        if let expectedHeadSeal { facts.append(["--head", "is seal \(expectedHeadSeal)"]) }
        return facts
    }

    private var sealed: String {
        guard let head else { return "nothing yet" }
        return "\(rows(sealedRows)) in \(seals) seal\(seals == 1 ? "" : "s"), up to row \(head.lastID)"
    }

    private var waiting: String {
        guard let oldest = unsealed.oldest else { return "nothing" }
        return "\(rows(unsealed.count)), the oldest of \(oldest.toTheSecond)"
    }

    private var verdict: [String] {
        guard faultCount > 0 else {
            return [head == nil ? "nothing to check yet" : "nothing was changed since it was sealed"]
        }
        let rest = faultCount - Int64(faults.count)
        return faults.map { "✗ \($0)" } + (rest > 0 ? ["and \(rest) more"] : [])
    }

    private func rows(_ count: Int64) -> String { count == 1 ? "1 row" : "\(count) rows" }
}

extension AuditReport {
    /// The JSON output.
    func document(isOverdue: Bool) -> JSONValue {
        .object([
            ("ok", .bool(faultCount == 0)), ("seals", .integer(seals)), ("sealed_rows", .integer(sealedRows)),
            ("unchecked_rows", .integer(uncheckedRows)), ("head", headObject),
            ("expected_head_seal", expectedHeadSeal.map(JSONValue.integer) ?? .null),
            (
                "unsealed",
                .object([
                    ("rows", .integer(unsealed.count)),
                    ("oldest_at", unsealed.oldest.map { .string(CivilTime($0).rfc3339) } ?? .null),
                    ("overdue", .bool(isOverdue)),
                ])
            ),
            ("fault_count", .integer(faultCount)), ("faults", .array(faults.map(object))),
        ])
    }

    private var headObject: JSONValue {
        guard let head else { return .null }
        return .object([
            ("seal", .integer(head.seal)), ("last_row", .integer(head.lastID)),
            ("hash", .string(Hex.encode(head.hash))), ("sealed_at", .string(CivilTime(head.sealedAt).rfc3339)),
        ])
    }

    private func object(_ fault: AuditFault) -> JSONValue {
        .object([
            ("kind", .string(fault.kind)), ("row", fault.row.map(JSONValue.integer) ?? .null),
            ("seal", fault.seal.map(JSONValue.integer) ?? .null), ("message", .string(fault.description)),
        ])
    }
}
