import EventLoop
import Kernel
import Postgres
import Support
import Testing

@Suite("Pool", .freshDatabase)
struct PoolTests {
    private let one = Statement<Int64>.row("SELECT 1::bigint") { row throws(PostgresFault) in try row.integer(0) }

    @Test("a thousand calls at once share four connections")
    func shares() async throws {
        var settings = try testDatabase()
        settings.queueLimit = 1_000
        try await withPool(settings) { [one] pool in
            let calls = (0..<1_000).map { _ in Loop.start { () async -> Int64? in try? await pool.run(one) } }
            for call in calls { #expect(await call.value == 1) }
            let sessions = Statement<Int64>.row(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            ) { row throws(PostgresFault) in try row.integer(0) }
            let answer1 = try await pool.run(sessions)
            #expect(answer1 <= 4)
        }
    }

    @Test(
        "what lost a deadlock or could not be serialized is repeated once, and nothing else is",
        arguments: [("40P01", 1, 2), ("40001", 1, 2), ("40P01", 2, 2), ("40001", 9, 2), ("55P03", 1, 1)])
    func repeats(state: String, failures: Int, attempts: Int) async throws {
        try await execute(
            script: """
                CREATE SEQUENCE attempts;
                CREATE FUNCTION try_again() RETURNS bigint LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('attempts') <= \(failures) THEN
                        RAISE EXCEPTION 'once more' USING ERRCODE = '\(state)';
                    END IF;
                    RETURN 7;
                END $$;
                """)
        try await withPool(try testDatabase()) { [one] pool throws in
            let work = Statement<Int64>.row("SELECT try_again()") { row throws(PostgresFault) in try row.integer(0) }
            let first = await fault { _ = try await pool.run(work) }
            let isRepeated = failures < attempts
            #expect((first == nil) == isRepeated)
            #expect(first == nil || first?.refusal == .unavailable(retryAfterSeconds: 1))
            let made = Statement<Int64>.row("SELECT last_value FROM attempts") { row throws(PostgresFault) in
                try row.integer(0)
            }
            #expect(try await pool.run(made) == Int64(attempts))
            _ = try await pool.run(Statement<Int>.affected("ALTER SEQUENCE attempts RESTART"))
            let second = await fault { _ = try await pool.run(one, work) }
            #expect((second == nil) == isRepeated)
            #expect(try await pool.run(made) == Int64(attempts))
        }
    }

    @Test("a full queue refuses at once, as a transient fault")
    func full() async throws {
        var settings = try testDatabase()
        settings.poolSize = 1
        settings.queueLimit = 2
        try await withPool(settings) { [one] pool throws in
            let waiting = (0..<2).map { _ in Loop.start { () async -> Int64? in try? await pool.run(one) } }
            await Task.yield()
            let refused = await fault { _ = try await pool.run(one) }
            #expect(refused == .poolExhausted)
            #expect(refused?.refusal == .unavailable(retryAfterSeconds: 1))
            for call in waiting { #expect(await call.value == 1) }
        }
    }

    @Test("a call waits no longer for a connection than it may")
    func waits() async throws {
        let settings: DatabaseSettings = {
            var settings = DatabaseSettings(url: Secret("postgres://x@127.0.0.1:1/x"), poolSize: 1)
            settings.acquireTime = .milliseconds(30)
            return settings
        }()
        try await withPool(settings) { [one] pool throws in
            #expect(await fault { _ = try await pool.run(one) } == .poolExhausted)
            #expect(await pool.isReady() == false)
        }
    }

    @Test("a cancelled call ends at once, reaches the server, and its connection serves again")
    func cancelled() async throws {
        var settings = try testDatabase()
        settings.poolSize = 1
        try await withPool(settings) { [settings, one] pool in
            let sleeper = Loop.start { () async -> PostgresFault? in
                await fault { _ = try await pool.run(Statement<Int>.affected("SELECT pg_sleep(3600)")) }
            }
            try await untilAsleep(settings)
            sleeper.cancel()
            #expect(await sleeper.value == .cancelled)
            // The only connection comes back once the server has cancelled the statement.
            let answer2 = try await pool.run(one)
            #expect(answer2 == 1)
        }
    }

    @Test("a cancel request never cancels the next call on its connection")
    func lateCancel() async throws {
        var settings = try testDatabase()
        settings.poolSize = 1
        try await withPool(settings) { [one] pool throws in
            for _ in 0..<20 {
                // The result arrives long before the cancel request does.
                let cancelled = Loop.start { () async -> Int64? in try? await pool.run(one) }
                cancelled.cancel()
                _ = await cancelled.value
                let next = await fault {
                    _ = try await pool.run(Statement<Int>.affected("SELECT pg_sleep(0.03)"))
                }
                #expect(next == nil)
            }
        }
    }

    @Test("connections that the server ended are replaced")
    func reconnects() async throws {
        let settings = try testDatabase()
        try await withPool(settings) { pool in
            let backend = Statement<Int64>.row("SELECT pg_backend_pid()") { row throws(PostgresFault) in
                try row.integer(0)
            }
            let first = try await pool.run(backend)
            try await execute(script: "SELECT pg_terminate_backend(\(first))")
            var second: Int64?
            for _ in 0..<100 where second == nil || second == first {
                do { second = try await pool.run(backend) } catch let fault as PostgresFault {
                    #expect(fault.isTransient)
                }
            }
            #expect(second != nil && second != first)
        }
    }

    @Test("a call cut off by the server is transient, and the next one works")
    func cut() async throws {
        let settings = try testDatabase()
        try await withPool(settings) { [settings, one] pool in
            let sleeper = Loop.start { () async -> PostgresFault? in
                await fault { _ = try await pool.run(Statement<Int>.affected("SELECT pg_sleep(3600)")) }
            }
            try await untilAsleep(settings, then: "pg_terminate_backend(pid)")
            #expect(await sleeper.value?.isTransient == true)
            let answer3 = try await pool.run(one)
            #expect(answer3 == 1)
        }
    }
}

/// Runs `body` on the event loop with a pool of its own.
private func withPool(
    _ settings: DatabaseSettings, _ body: @escaping @Loop @Sendable (Pool) async throws -> Void
) async throws {
    try await withOpen({ Pool(settings, log: silentLog) }, body)
}

/// Waits, on the server, until a session of this database sleeps, and calls a function on it.
@Loop
private func untilAsleep(_ settings: DatabaseSettings, then action: String = "pid") async throws {
    let connection = try await Connection.open(settings)
    defer { connection.close() }
    try await connection.execute(
        script: """
            DO $$ BEGIN LOOP
                PERFORM pg_stat_clear_snapshot();
                EXIT WHEN (SELECT count(\(action)) FROM pg_stat_activity
                           WHERE wait_event = 'PgSleep' AND datname = current_database()) > 0;
            END LOOP; END $$
            """)
}
