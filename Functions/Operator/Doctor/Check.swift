import JSON
import Kernel

/// The result of one check.
struct Check: Equatable, Sendable {
    enum State: String, Sendable {
        case passed, failed
        /// It could not run, because an earlier one failed or a setting is absent.
        case skipped
    }

    enum Group: String, CaseIterable, Sendable {
        case settings = "Settings"
        case services = "Services"
        case data = "Data"
    }

    let group: Group
    let name: String
    let state: State
    /// The finding.
    let detail: String
    /// The advice.
    var advice: String?

    static func passed(_ name: String, _ detail: String, advice: String? = nil) -> Check {
        Check(group: .services, name: name, state: .passed, detail: detail, advice: advice)
    }

    static func failed(_ name: String, _ detail: String, advice: String) -> Check {
        Check(group: .services, name: name, state: .failed, detail: detail, advice: advice)
    }

    static func skipped(_ name: String, _ detail: String, in group: Group = .services) -> Check {
        Check(group: group, name: name, state: .skipped, detail: detail)
    }

    private var mark: String {
        switch state {
        case .passed: "✓"
        case .failed: "✗"
        case .skipped: "–"
        }
    }
}

extension Check {
    /// The text output: a table for each group, with advice below its row.
    static func lines(_ checks: [Check]) -> [String] {
        let width = checks.map(\.name.count).max() ?? 0
        let tables = Group.allCases.flatMap { group -> [String] in
            let rows = checks.filter { $0.group == group }.flatMap { $0.rows(width) }
            return rows.isEmpty ? [] : [group.rawValue] + rows + [""]
        }
        return tables + [summary(checks)]
    }

    private func rows(_ width: Int) -> [String] {
        let row = "  \(mark) \(padded(name, to: width))  \(detail)"
        guard let advice else { return [row] }
        return [row, padded("", to: width + 6) + "→ \(advice)"]
    }

    /// The summary line.
    static func summary(_ checks: [Check]) -> String {
        let (failed, skipped) = (count(checks, .failed), count(checks, .skipped))
        let rest = skipped == 0 ? "" : ", \(skipped) not looked at"
        return failed == 0 && skipped == 0
            ? "all \(checks.count) checks passed" : "\(count(checks, .passed)) passed, \(failed) failed\(rest)"
    }

    /// The JSON output.
    static func document(_ checks: [Check]) -> JSONValue {
        let rows = checks.map { check in
            JSONValue.object([
                ("group", .string(check.group.rawValue.lowercased())), ("name", .string(check.name)),
                ("state", .string(check.state.rawValue)), ("detail", .string(check.detail)),
                ("advice", check.advice.map(JSONValue.string) ?? .null),
            ])
        }
        return .object([("ok", .bool(count(checks, .failed) == 0)), ("checks", .array(rows))])
    }

    static func count(_ checks: [Check], _ state: State) -> Int { checks.count { $0.state == state } }
}
