import EventLoop
import Kernel
import Postgres
import Support
import Testing

@Suite("Connection", .freshDatabase)
struct ConnectionTests {
    @Test("carries every kind of value there and back")
    func values() async throws {
        let settings = try testDatabase()
        let id = OrderID(at: Instant(unixSeconds: 1))
        try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            let texts = ["a", "ü,\"{}\\", ""]
            let sql: SQL =
                """
                SELECT \("tëxt")::text, \(Int64.min)::bigint, \(true)::boolean, \([0, 255, 39] as [UInt8])::bytea,
                    \(id)::uuid, \(Instant(microseconds: 1_795_201_140_123_456))::timestamptz, \(nil as String?)::text,
                    \(texts)::text[], \([id])::uuid[], \([] as [String])::text[], 7::smallint, (-7)::integer
                """
            let statement = Statement<Everything>.row(sql) { row throws(PostgresFault) in
                Everything(
                    text: try row.text(0), integers: [try row.integer(1), try row.integer(10), try row.integer(11)],
                    bool: try row.bool(2), bytes: try row.bytes(3), id: try row.id(4), instant: try row.instant(5),
                    null: try row.optionalText(6), texts: try row.texts(7), ids: try row.ids(8), none: try row.texts(9))
            }
            let expected = Everything(
                text: "tëxt", integers: [.min, 7, -7], bool: true, bytes: [0, 255, 39], id: id,
                instant: Instant(microseconds: 1_795_201_140_123_456), null: nil, texts: texts, ids: [id], none: [])
            // The second time the statement is already prepared.
            for _ in 0..<2 {
                let answer = try await connection.run(statement)
                #expect(answer == expected)
            }
        }
    }

    @Test("text with a NUL, which Postgres cannot hold, is refused and never cut short")
    func nul() async throws {
        let settings = try testDatabase()
        try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            let length = { (text: String) in
                Statement<Int64>.row("SELECT length(\(text)::text)::bigint") { row throws(PostgresFault) in
                    try row.integer(0)
                }
            }
            await #expect(throws: PostgresFault.server(state: "22021", constraint: "", message: "")) {
                try await connection.run(length("ab\0cd"))
            }
            #expect(try await connection.run(length("abcd")) == 4)
        }
    }

    @Test("uses a generic plan without sequential scans, where configured", arguments: [true, false])
    func plans(once: Bool) async throws {
        var settings = try testDatabase()
        settings.plansOnce = once
        try await onLoop { [settings] in
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            try await connection.execute(script: "CREATE TEMPORARY TABLE things (id bigint PRIMARY KEY)")
            let look = { (id: Int64) in
                Statement<[Int64]>.rows("SELECT id FROM things WHERE id = \(id)") { row throws(PostgresFault) in
                    try row.integer(0)
                }
            }
            for id in 1...3 as ClosedRange<Int64> { _ = try await connection.run(look(id)) }
            let custom = Statement<Int64>.row(
                "SELECT custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT id FROM things%'"
            ) { row throws(PostgresFault) in try row.integer(0) }
            #expect(try await connection.run(custom) == (once ? 0 : 3))
            let scans = Statement<String>.row("SELECT current_setting('enable_seqscan') || current_setting('jit')") {
                row throws(PostgresFault) in try row.text(0)
            }
            if once { #expect(try await connection.run(scans) == "offoff") }
        }
    }

    private struct Everything: Equatable {
        let text: String
        let integers: [Int64]
        let bool: Bool
        let bytes: [UInt8]
        let id: OrderID
        let instant: Instant
        let null: String?
        let texts: [String]
        let ids: [OrderID]
        let none: [String]
    }

    @Test("two statements in one round trip are one transaction")
    func pipelined() async throws {
        let settings = try testDatabase()
        try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            try await connection.execute(script: "CREATE TABLE t (n integer PRIMARY KEY); CREATE TABLE u (n integer);")
            let (first, second) = try await connection.run(
                .affected("INSERT INTO t (n) VALUES (1), (2)"), .affected("INSERT INTO u (n) VALUES (1)"))
            #expect(first == 2)
            #expect(second == 1)
            let fault = await fault {
                _ = try await connection.run(
                    Statement<Int>.affected("INSERT INTO u (n) VALUES (2)"),
                    Statement<Int>.affected("INSERT INTO t (n) VALUES (1)"))
            }
            guard case .server(let state, let constraint, _) = fault else {
                Issue.record("expected a server fault, not \(String(describing: fault))")
                return
            }
            #expect(state == "23505")
            #expect(constraint == "t_pkey")
            let count = try await connection.run(Self.count("u"))
            #expect(count == 1)
        }
    }

    @Test("a refused statement leaves the connection usable, and a refused preparation is tried again")
    func refused() async throws {
        let settings = try testDatabase()
        try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            let insert = Statement<Int>.affected("INSERT INTO later (n) VALUES (1)")
            let first = await fault { _ = try await connection.run(insert) }
            #expect(first?.description.contains("42P01") == true)
            try await connection.execute(script: "CREATE TABLE later (n integer)")
            let answer1 = try await connection.run(insert)
            #expect(answer1 == 1)
        }
    }

    @Test("a transaction rolls back when its body fails")
    func transaction() async throws {
        let settings = try testDatabase()
        try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            try await connection.execute(script: "CREATE TABLE t (n integer)")
            let insert = Statement<Int>.affected("INSERT INTO t (n) VALUES (1)")
            let fault = await fault {
                try await connection.transaction { connection throws(PostgresFault) in
                    _ = try await connection.run(insert)
                    throw PostgresFault.timedOut
                }
            }
            #expect(fault == .timedOut)
            let answer2 = try await connection.run(Self.count("t"))
            #expect(answer2 == 0)
            try await connection.transaction { connection throws(PostgresFault) in _ = try await connection.run(insert)
            }
            let answer3 = try await connection.run(Self.count("t"))
            #expect(answer3 == 1)
        }
    }

    @Test("a dry run returns what its body found, and changes nothing")
    func dryRun() async throws {
        let settings = try testDatabase()
        try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            try await connection.execute(script: "CREATE TABLE t (n integer)")
            for (isDryRun, left) in [(true, 0), (false, 1)] {
                let seen = try await connection.transaction(dryRun: isDryRun) { connection throws(PostgresFault) in
                    _ = try await connection.run(Statement<Int>.affected("INSERT INTO t (n) VALUES (1)"))
                    return try await connection.run(Self.count("t"))
                }
                let count = try await connection.run(Self.count("t"))
                #expect(seen == 1 && count == left)
            }
        }
    }

    @Test("the server cancels a statement that takes too long, a second before we do")
    func statementTimeout() async throws {
        var settings = try testDatabase()
        settings.statementTime = .seconds(61)
        try await onLoop { [settings] in
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            let limit = try await connection.run(
                Statement<String>.row("SHOW statement_timeout") { row throws(PostgresFault) in try row.text(0) })
            #expect(limit == "1min")
            // Far below our own limit, so that a slow machine does not reach that one first.
            try await connection.execute(script: "SET statement_timeout = '50ms'")
            let fault = await fault { _ = try await connection.run(Statement<Int>.affected("SELECT pg_sleep(3600)")) }
            #expect(fault?.description.contains("57014") == true)
            #expect(fault?.isTransient == true)
        }
    }

    @Test("no address, no server, no such database: a fault that says so")
    func unreachable() async throws {
        try await onLoop {
            for url in ["postgres://x@no-such-host.invalid/x", "postgres://x@127.0.0.1:1/x", "postgres://u:hunter2@["] {
                let settings = DatabaseSettings(url: Secret(url), poolSize: 1)
                let fault = await fault { _ = try await Connection.open(settings) }
                #expect(fault != nil)
                #expect(fault?.description.contains("hunter2") == false)
            }
        }
    }

    private static func count(_ table: SQL) -> Statement<Int64> {
        .row("SELECT count(*) FROM \(table)") { row throws(PostgresFault) in try row.integer(0) }
    }
}

/// Returns the fault that `body` throws; `nil` if it throws none.
@Loop
func fault(_ body: @Loop () async throws -> Void) async -> PostgresFault? {
    do {
        try await body()
        return nil
    } catch { return error as? PostgresFault }
}
