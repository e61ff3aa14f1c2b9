/// A statement together with what its answer means.
package struct Statement<Output: Sendable>: Sendable {
    let sql: SQL
    let read: @Sendable (borrowing ResultSet) throws(PostgresFault) -> Output

    /// A statement whose whole answer `read` understands.
    package init(_ sql: SQL, read: @escaping @Sendable (borrowing ResultSet) throws(PostgresFault) -> Output) {
        self.sql = sql
        self.read = read
    }
}

extension Statement {
    /// A statement that gives any number of rows.
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

    /// A statement that gives a row or none; more than one is a fault.
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

    /// A statement that gives exactly one row.
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
    /// A statement of which only the number of touched rows matters.
    package static func affected(_ sql: SQL) -> Statement { Statement(sql) { result in result.affectedRows } }
}
