/// A statement and the reader of its result.
package struct Statement<Output: Sendable>: Sendable {
    let sql: SQL
    let read: @Sendable (borrowing ResultSet) throws(PostgresFault) -> Output

    /// Creates a statement from a reader of its whole result.
    package init(_ sql: SQL, read: @escaping @Sendable (borrowing ResultSet) throws(PostgresFault) -> Output) {
        self.sql = sql
        self.read = read
    }
}

extension Statement {
    /// Returns a statement that yields any number of rows.
    package static func rows<Element: Sendable>(
        _ sql: SQL, _ read: @escaping @Sendable (borrowing Row) throws(PostgresFault) -> Element
    ) -> Statement<[Element]> where Output == [Element] {
        Statement<[Element]>(sql) { result throws(PostgresFault) in
            var elements: [Element] = []
            elements.reserveCapacity(result.rowCount)
            for index in 0..<result.rowCount { elements.append(try result.withRow(index, read)) }
            return elements
        }
    }

    /// Returns a statement that yields at most one row; more than one is a fault.
    package static func optionalRow<Element: Sendable>(
        _ sql: SQL, _ read: @escaping @Sendable (borrowing Row) throws(PostgresFault) -> Element
    ) -> Statement<Element?> where Output == Element? {
        Statement<Element?>(sql) { result throws(PostgresFault) in
            guard result.rowCount > 0 else { return nil }
            guard result.rowCount == 1 else {
                throw .unexpectedAnswer("\(result.rowCount) rows where one was expected")
            }
            return try result.withRow(0, read)
        }
    }

    /// Returns a statement that yields exactly one row.
    package static func row(
        _ sql: SQL, _ read: @escaping @Sendable (borrowing Row) throws(PostgresFault) -> Output
    ) -> Statement {
        Statement(sql) { result throws(PostgresFault) in
            guard result.rowCount == 1 else {
                throw .unexpectedAnswer("\(result.rowCount) rows where one was expected")
            }
            return try result.withRow(0, read)
        }
    }
}

extension Statement where Output == Int {
    /// Returns a statement that yields only the number of affected rows.
    package static func affected(_ sql: SQL) -> Statement { Statement(sql) { result in result.affectedRows } }
}
