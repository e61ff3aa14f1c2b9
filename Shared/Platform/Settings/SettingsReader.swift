package import Kernel

/// Every setting that was missing or unusable, by name and never by value.
package struct SettingsFault: Error, Equatable, Sendable {
    /// A setting that is there but cannot be used, and what it should look like.
    package struct Invalid: Equatable, Sendable {
        /// The setting's name.
        package let name: String
        /// What it should look like.
        package let expected: String
    }

    /// Names of settings that must be there and are not.
    package private(set) var missing: [String] = []
    /// Settings that are there and cannot be used.
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

/// Collects settings and their faults; ask for everything, then call `finish()`.
package struct SettingsReader {
    private let values: [String: String]
    private var fault = SettingsFault()

    /// Reads from an environment.
    package init(_ values: [String: String]) { self.values = values }

    /// A text that must be there.
    package mutating func text(_ name: String) -> String {
        guard let value = present(name) else {
            fault.lacks(name)
            return ""
        }
        return value
    }

    /// A text, or `fallback` when the setting is absent or empty.
    package func text(_ name: String, default fallback: String) -> String { present(name) ?? fallback }

    /// A value that must be there and must not be shown.
    package mutating func secret(_ name: String) -> Secret { Secret(text(name)) }

    /// A number, or `fallback` when the setting is absent.
    package mutating func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let text = present(name) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            fault.rejects(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return number
    }

    /// What `parse` makes of a text that must be there; `expected` says what it should look like.
    ///
    /// Answers `nil` after recording the fault, so that reading can go on to the next one.
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

    /// Records that settings which are each fine do not go together.
    package mutating func reject(_ name: String, expected: String) { fault.rejects(name, expected) }

    /// Ends the reading with the values that `value` answered.
    ///
    /// - Throws: every fault found, together.
    package consuming func finish() throws(SettingsFault) {
        if !fault.isEmpty { throw fault }
    }

    /// Ends the reading and unwraps one value, which is `nil` only when a fault was recorded for it.
    package func unwrap<Value>(_ value: Value?) throws(SettingsFault) -> Value {
        guard fault.isEmpty, let value else { throw fault }
        return value
    }

    private func present(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }
}
