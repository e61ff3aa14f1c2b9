import EventLoop
import Postgres
import Support

/// Whole numbers that a statement answers in one row of the present test's database.
func numbers(_ sql: SQL, count: Int = 1) async throws -> [Int64] {
    let settings = try testDatabase()
    return try await onLoop {
        let connection = try await Connection.open(settings)
        defer { connection.close() }
        return try await connection.run(
            Statement<[Int64]>.row(sql) { row throws(PostgresFault) in
                var numbers: [Int64] = []
                for column in 0..<count { numbers.append(try row.integer(column)) }
                return numbers
            })
    }
}

/// Texts that a statement answers, one a row.
func texts(_ sql: SQL) async throws -> [String] {
    let settings = try testDatabase()
    return try await onLoop {
        let connection = try await Connection.open(settings)
        defer { connection.close() }
        return try await connection.run(Statement<[String]>.rows(sql) { row throws(PostgresFault) in try row.text(0) })
    }
}

/// Runs statements on the present test's database.
func execute(_ script: String) async throws {
    let settings = try testDatabase()
    try await onLoop {
        let connection = try await Connection.open(settings)
        defer { connection.close() }
        try await connection.execute(script: script)
    }
}
