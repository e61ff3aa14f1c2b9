import Audit
import EventLoop
import JSON
import Kernel
import Log
import Postgres
import Support

/// A migrated database of the test's own, and what tests do to its audit log.
@Loop
struct SampleLog: Closable {
    let pool: Pool
    let settings: DatabaseSettings

    init(poolSize: Int = 4) async throws {
        var settings = try testDatabase()
        (settings.poolSize, settings.queueLimit) = (poolSize, 1_000)
        try await migrate(settings)
        self.settings = settings
        pool = Pool(settings, log: silentLog)
    }

    /// A database that was restored with its schema.
    init(restored settings: DatabaseSettings) {
        self.settings = settings
        pool = Pool(settings, log: silentLog)
    }

    /// Writes entries, each in a transaction of its own.
    func write(_ count: Int, _ action: String = "order.refunded") async throws {
        for index in 0..<count { _ = try await pool.run(AuditStatements.record(.sample(action, index))) }
    }

    /// Seals what waits, `limit` rows at a time, in as many tries as it takes: the server's own housekeeping may hold the
    /// table just then.
    @discardableResult
    func seal(_ limit: Int = 1_000, log: Log = silentLog) async throws -> [NewAuditSeal] {
        try await AuditSealing(log, batchLimit: limit)(atMost: .max) { statement throws(PostgresFault) in
            for _ in 0..<100 {
                do throws(PostgresFault) { return try await pool.run(statement) } catch .server("55P03", _, _) {}
            }
            return try await pool.run(statement)
        }
    }

    /// Checks the whole log.
    func verify(expecting head: [UInt8]? = nil) async throws -> AuditReport {
        try await withConnection { connection throws(PostgresFault) in
            try await AuditVerification(connection, expecting: head)()
        }
    }

    /// Runs statements as the superuser that owns the database.
    func execute(_ script: String) async throws {
        try await withConnection { connection throws(PostgresFault) in try await connection.execute(script: script) }
    }

    /// The same with the triggers that forbid it out of the way.
    func tamper(_ script: String) async throws {
        try await execute(
            """
            ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only;
            ALTER TABLE audit_seals DISABLE TRIGGER audit_seals_append_only;
            \(script);
            ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;
            ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER audit_seals_append_only;
            """)
    }

    /// Lends a connection that nothing else uses.
    func withConnection<Output>(
        as role: String? = nil, _ body: @Loop (Connection) async throws(PostgresFault) -> Output
    ) async throws -> Output {
        let connection = try await Connection.open(settings)
        defer { connection.close() }
        if let role { try await connection.execute(script: "SET ROLE \(role)") }
        return try await body(connection)
    }

    func close() { pool.close() }

    /// One number that a statement answers.
    func number(_ sql: SQL) async throws -> Int64 {
        try await pool.run(Statement<Int64>.row(sql) { row throws(PostgresFault) in try row.integer(0) })
    }
}

/// Runs `body` on the event loop with a log of its own.
func withSampleLog<Value: Sendable>(
    poolSize: Int = 4, _ body: @escaping @Loop @Sendable (SampleLog) async throws -> Value
) async throws -> Value {
    try await withOpen({ try await SampleLog(poolSize: poolSize) }, body)
}

extension AuditEntry {
    /// An entry with something in every part.
    static func sample(_ action: String, _ index: Int = 0) -> AuditEntry {
        AuditEntry(
            .function("webhook"), action, order: index % 2 == 0 ? OrderID(at: .init(unixSeconds: 1)) : nil,
            details: [("index", .integer(Int64(index)))], from: "203.0.113.0",
            at: Instant(unixSeconds: 1_795_201_140 + Int64(index)))
    }
}
