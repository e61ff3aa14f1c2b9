import HTTP
import JSON
import Kernel

/// The parameters of one API call, `line_items[0][price]=…`; every name is known and no value is empty.
struct Parameters: Sendable {
    private let entries: [Form.Entry]

    /// Validates `form` against an endpoint's names, in which `#` matches an index and `*` any name.
    ///
    /// - Throws: Stripe's `parameter_unknown` or `parameter_invalid_empty`.
    init(_ form: Form, allowing patterns: [String]) throws(StripeError) {
        let patterns = patterns.map(Parameters.segments)
        for entry in form.entries {
            let name = Parameters.segments(entry.name)
            guard patterns.contains(where: { Parameters.matches(name, $0) }) else {
                throw StripeError(
                    code: "parameter_unknown", parameter: entry.name,
                    message: "Received unknown parameter: \(name.last ?? entry.name)")
            }
            guard !entry.value.isEmpty || name.contains("metadata") else {
                throw .invalid(
                    entry.name, "You passed an empty string for '\(entry.name)'. It cannot be unset.",
                    code: "parameter_invalid_empty")
            }
        }
        entries = form.entries
    }

    /// Returns an optional text.
    func text(_ name: String) -> String? { entries.last { $0.name == name }?.value }

    /// Returns a required text.
    func required(_ name: String) throws(StripeError) -> String {
        guard let text = text(name) else { throw .lacks(name) }
        return text
    }

    /// Returns an optional integer.
    func integer(_ name: String) throws(StripeError) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(text) else {
            throw .invalid(name, "Invalid integer: \(text)", code: "parameter_invalid_integer")
        }
        return number
    }

    /// Returns an optional `true` or `false`.
    func flag(_ name: String) throws(StripeError) -> Bool? {
        switch text(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        case let text?: throw .invalid(name, "Invalid boolean: \(text)")
        }
    }

    /// Returns an optional text that must be one of `choices`.
    func choice(_ name: String, of choices: [String]) throws(StripeError) -> String? {
        guard let text = text(name) else { return nil }
        guard choices.contains(text) else {
            throw .invalid(name, "Invalid \(name): must be one of \(choices.joined(separator: ", "))")
        }
        return text
    }

    /// Returns the values of `name[]`, `name[0]`, `name[1]`, ….
    func list(_ name: String) -> [String] {
        entries.filter { Parameters.matches(Parameters.segments($0.name), [name, "#"]) }.map(\.value)
    }

    /// Returns the distinct indexes after `name`, sorted: 0 and 1 for `name[0][a]`, `name[1][a]`.
    func indexes(_ name: String) -> [Int] {
        Set(
            entries.compactMap { entry in
                let segments = Parameters.segments(entry.name)
                return segments.count > 1 && segments[0] == name ? Int(segments[1]) : nil
            }
        ).sorted()
    }

    /// Returns the object of `name[key]=value`, within Stripe's limits for metadata.
    func metadata(_ name: String) throws(StripeError) -> JSONValue {
        var members: JSONValue = .object([])
        for entry in entries where entry.name.hasPrefix("\(name)[") && entry.name.hasSuffix("]") {
            let key = String(entry.name.dropFirst(name.count + 1).dropLast())
            guard key.count <= 40, entry.value.count <= 500 else {
                throw .invalid(entry.name, "Metadata keys have 40 characters at most, values 500.")
            }
            if !entry.value.isEmpty { members[key] = .string(entry.value) }
        }
        guard members.members.count <= 50 else { throw .invalid(name, "Metadata has 50 keys at most.") }
        return members
    }

    /// Returns the parts of `a[b][c]`.
    private static func segments(_ name: String) -> [String] {
        let parts = name.split(separator: "[", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            index > 0 && part.hasSuffix("]") ? String(part.dropLast()) : String(part)
        }
    }

    private static func matches(_ name: [String], _ pattern: [String]) -> Bool {
        name.count == pattern.count
            && zip(name, pattern).allSatisfy { part, expected in
                switch expected {
                case "*": true
                case "#": part.isEmpty || Int(part) != nil
                default: part == expected
                }
            }
    }
}
