package import Kernel

extension Row {
    /// Reads a currency code that is never NULL.
    package func currency(_ column: Int) throws(PostgresFault) -> Currency {
        try word(column, "currency") { Currency($0) }
    }

    /// Reads a value that is stored as text, such as a status.
    ///
    /// - Parameter name: the kind of value, for the fault's message.
    /// - Throws: `.unexpectedAnswer` if `parse` returns `nil`.
    package func word<Value>(
        _ column: Int, _ name: StaticString, _ parse: (String) -> Value?
    ) throws(PostgresFault) -> Value {
        let text = try text(column)
        guard let value = parse(text) else { throw .unexpectedAnswer("«\(text)» is no \(name)") }
        return value
    }
}
