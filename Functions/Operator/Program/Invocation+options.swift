import Kernel
import Settings

extension Invocation {
    /// Returns an option's value as `parse` reads it; `nil` if the option is absent.
    ///
    /// - Throws: `.usage` with `expected`, the description of the format, for an invalid value.
    func choice<Value>(
        _ option: String, _ expected: String, _ parse: (String) -> Value?
    ) throws(CommandFault) -> Value? {
        guard let text = arguments[option] else { return nil }
        guard let value = parse(text) else { throw .usage("\(option) is \(expected), not «\(text)»") }
        return value
    }

    /// Returns an option's value as an integer; `nil` if the option is absent.
    func number(_ option: String, in range: ClosedRange<Int64>) throws(CommandFault) -> Int64? {
        try choice(option, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int64(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Returns how many elements a list may have: `--limit`.
    func limit() throws(CommandFault) -> Int { Int(try number("--limit", in: 1...10_000) ?? 50) }

    /// Returns the settings that `body` reads from the environment.
    ///
    /// - Throws: all missing and invalid settings, by name.
    func setting<Value>(_ body: (inout SettingsReader) -> Value?) throws(CommandFault) -> Value {
        var read = SettingsReader(environment)
        let value = body(&read)
        do { return try read.unwrap(value) } catch { throw .settings(error) }
    }
}
