import JSON
import Kernel

/// One thing the doctor looked at.
struct Check: Equatable, Sendable {
    enum State: String, Sendable {
        case passed, failed
        /// It could not be looked at, because something before it failed or because it is not here.
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
    /// What was found.
    let detail: String
    /// What to do.
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
    /// The answer for people: a table for each group, advice below its row.
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

    /// All of it in one line.
    static func summary(_ checks: [Check]) -> String {
        let (failed, skipped) = (count(checks, .failed), count(checks, .skipped))
        let rest = skipped == 0 ? "" : ", \(skipped) not looked at"
        return failed == 0 && skipped == 0
            ? "all \(checks.count) checks passed" : "\(count(checks, .passed)) passed, \(failed) failed\(rest)"
    }

    /// The answer for programs.
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
