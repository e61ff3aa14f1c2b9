package import Kernel

/// All settings that are missing or invalid, by name, never by value.
package struct SettingsFault: Error, Equatable, Sendable {
    /// A setting with an invalid value, and the expected format.
    package struct Invalid: Equatable, Sendable {
        /// The setting's name.
        package let name: String
        /// The expected format.
        package let expected: String
    }

    /// The names of required settings that are absent.
    package private(set) var missing: [String] = []
    /// The settings with an invalid value.
    package private(set) var invalid: [Invalid] = []

    /// One line per fault.
    package var lines: [String] {
        missing.map { "\($0) is missing" } + invalid.map { "\($0.name) is not usable: expected \($0.expected)" }
    }

    fileprivate mutating func lacks(_ name: String) { missing.append(name) }
    fileprivate mutating func rejects(_ name: String, _ expected: String) {
        invalid.append(Invalid(name: name, expected: expected))
    }
    fileprivate var isEmpty: Bool { missing.isEmpty && invalid.isEmpty }
}

/// Reads settings and collects their faults; read all of them, then call `finish()`.
package struct SettingsReader {
    private let values: [String: String]
    private var fault = SettingsFault()

    /// Creates a reader of an environment.
    package init(_ values: [String: String]) { self.values = values }

    /// Reads a required text.
    package mutating func text(_ name: String) -> String {
        guard let value = present(name) else {
            fault.lacks(name)
            return ""
        }
        return value
    }

    /// Reads a text, or `fallback` if the setting is absent or empty.
    package func text(_ name: String, default fallback: String) -> String { present(name) ?? fallback }

    /// Reads a required secret.
    package mutating func secret(_ name: String) -> Secret { Secret(text(name)) }

    /// Reads an integer, or `fallback` if the setting is absent.
    package mutating func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let text = present(name) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            fault.rejects(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return number
    }

    /// Reads a required setting with `parse`; `expected` describes its format.
    ///
    /// Returns `nil` after recording the fault, so that reading continues with the next setting.
    package mutating func value<Value>(
        _ name: String, expected: String, default fallback: String? = nil, parse: (String) -> Value?
    ) -> Value? {
        guard let text = present(name) ?? fallback else {
            fault.lacks(name)
            return nil
        }
        guard let value = parse(text) else {
            fault.rejects(name, expected)
            return nil
        }
        return value
    }

    /// Records a conflict between settings that are valid by themselves.
    package mutating func reject(_ name: String, expected: String) { fault.rejects(name, expected) }

    /// Finishes reading.
    ///
    /// - Throws: all recorded faults together.
    package consuming func finish() throws(SettingsFault) {
        if !fault.isEmpty { throw fault }
    }

    /// Finishes reading and unwraps a value that is `nil` only if a fault was recorded for it.
    package func unwrap<Value>(_ value: Value?) throws(SettingsFault) -> Value {
        guard fault.isEmpty, let value else { throw fault }
        return value
    }

    private func present(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }
}
