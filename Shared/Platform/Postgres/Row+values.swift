package import Kernel

extension Row {
    /// A currency code that is never NULL.
    package func currency(_ column: Int) throws(PostgresFault) -> Currency {
        try word(column, "currency") { Currency($0) }
    }

    /// A value that a column spells as a word of its own, such as a state.
    ///
    /// - Parameter name: what the value is, for the fault.
    /// - Throws: `.unexpectedAnswer` for a word that `parse` does not know.
    package func word<Value>(
        _ column: Int, _ name: StaticString, _ parse: (String) -> Value?
    ) throws(PostgresFault) -> Value {
        let text = try text(column)
        guard let value = parse(text) else { throw .unexpectedAnswer("«\(text)» is no \(name)") }
        return value
    }
}
