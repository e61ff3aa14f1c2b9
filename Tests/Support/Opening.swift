package import EventLoop
import Log
package import Postgres

/// Something that a test opens and has to close.
@Loop
package protocol Closable {
    func close() async
}

extension Pool: Closable {}
extension Connection: Closable {}
extension Fixture: Closable {
    package func close() { pool.close() }
}

/// Runs `body` on the event loop with what `open` returns, and closes it, also when `body` throws.
package func withOpen<Opened: Closable, Value: Sendable>(
    _ open: @escaping @Loop @Sendable () async throws -> Opened,
    _ body: @escaping @Loop @Sendable (Opened) async throws -> Value
) async throws -> Value {
    try await onLoop {
        let opened = try await open()
        let result: Result<Value, any Error>
        do { result = .success(try await body(opened)) } catch { result = .failure(error) }
        await opened.close()
        return try result.get()
    }
}

/// Runs `body` on the event loop with a fixture of its own.
package func withFixture<Value: Sendable>(
    poolSize: Int = 4, _ body: @escaping @Loop @Sendable (Fixture) async throws -> Value
) async throws -> Value {
    try await withOpen({ try await Fixture(poolSize: poolSize) }, body)
}

/// Runs `body` on the event loop with a fixture and a pool that logs in as a member of `role`, such as `orders`.
package func withFixture<Value: Sendable>(
    as role: String, _ body: @escaping @Loop @Sendable (Fixture, Pool) async throws -> Value
) async throws -> Value {
    try await withFixture { fixture in
        try await withLogin(of: "latchkey_\(role)") { settings in
            try await withOpen({ Pool(settings, log: silentLog) }) { pool in try await body(fixture, pool) }
        }
    }
}

/// Runs `body` on the event loop with a connection of the current test's database.
package func withConnection<Value: Sendable>(
    _ body: @escaping @Loop @Sendable (Connection) async throws -> Value
) async throws -> Value {
    let settings = try testDatabase()
    return try await withOpen({ try await Connection.open(settings) }, body)
}

/// Runs a script as the owner of the current test's database, on a connection of its own.
package func execute(script: String) async throws {
    try await withConnection { connection in try await connection.execute(script: script) }
}
