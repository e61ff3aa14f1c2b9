import EventLoop
package import Postgres

/// Returns the whole numbers in the one row of a statement on the current test's database.
package func numbers(_ sql: SQL, count: Int = 1) async throws -> [Int64] {
    try await withConnection { connection in
        try await connection.run(
            Statement<[Int64]>.row(sql) { row throws(PostgresFault) in
                var numbers: [Int64] = []
                for column in 0..<count { numbers.append(try row.integer(column)) }
                return numbers
            })
    }
}

/// Returns the texts in the first column of a statement, one per row.
package func texts(_ sql: SQL) async throws -> [String] {
    try await withConnection { connection in
        try await connection.run(Statement<[String]>.rows(sql) { row throws(PostgresFault) in try row.text(0) })
    }
}

/// Returns the entries of operators in the audit log, as `actor action details`, without what differs between runs.
package func auditLog() async throws -> [String] {
    try await texts(
        """
        SELECT actor || ' ' || action || ' ' || (details - 'request' - 'mail') FROM audit_log
        WHERE actor LIKE 'operator:%' ORDER BY id
        """)
}

extension PostgresFault {
    /// The server's SQLSTATE, if it was the server.
    package var state: String? {
        if case .server(let state, _, _) = self { state } else { nil }
    }
}
