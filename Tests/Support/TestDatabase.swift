import EventLoop
import Glibc
import Kernel
package import Log
package import Postgres
package import Testing

/// Gives each test case its own Postgres database, dropped at the end.
///
/// `TEST_DATABASE_URL` names the cluster: a superuser's URL on the loopback address, set by the test runner.
package struct FreshDatabase: TestTrait, SuiteTrait, TestScoping {
    /// The current test's database.
    @TaskLocal package static var settings: DatabaseSettings?

    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await body() }
        let cluster = try TestCluster.fromEnvironment()
        await FreshDatabase.permits.take()
        do {
            try await withDatabase(in: cluster, body)
        } catch {
            await FreshDatabase.permits.giveBack()
            throw error
        }
        await FreshDatabase.permits.giveBack()
    }

    /// The maximum number of databases at once, within the cluster's connections: a test may use some thirty.
    private static let permits = Permits(8)

    private func withDatabase(
        in cluster: TestCluster, _ body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let name = "test_\(UInt64.random(in: .min ... .max))"
        try await cluster.execute("CREATE DATABASE \(name)")
        do {
            try await FreshDatabase.$settings.withValue(cluster.settings(database: name)) { try await body() }
        } catch {
            try await cluster.execute("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
        try await cluster.execute("DROP DATABASE \(name) WITH (FORCE)")
    }
}

extension Trait where Self == FreshDatabase {
    /// A database of the test's own.
    package static var freshDatabase: Self { Self() }
}

/// Returns the settings of the current test's database.
package func testDatabase() throws -> DatabaseSettings {
    guard let settings = FreshDatabase.settings else { throw TestCluster.Fault.noTrait }
    return settings
}

/// Runs `body` with the settings of a login of its own that is a member of `role`, such as `latchkey_orders`.
///
/// Unlike `SET ROLE` from the owner's connection, nothing that the login runs can lead back to the owner.
package func withLogin<Value: Sendable>(
    of role: String, poolSize: Int = 2, _ body: @Sendable (DatabaseSettings) async throws -> Value
) async throws -> Value {
    let cluster = try TestCluster.fromEnvironment()
    let login = "login_\(UInt64.random(in: .min ... .max))"
    try await cluster.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE \(role)")
    let url = try testDatabase().url.revealed()
    guard let host = url.split(separator: "@").last else { throw TestCluster.Fault.notLoopback }
    let settings = try testDatabase(at: "postgres://\(login):\(login)@\(host)", poolSize: poolSize)
    let result: Result<Value, any Error>
    do { result = .success(try await body(settings)) } catch { result = .failure(error) }
    try await cluster.execute("DROP ROLE \(login)")
    return try result.get()
}

/// Returns them with another pool size, and with the privileges of `role`, such as `latchkey_orders`, instead of the
/// owner's.
package func testDatabase(as role: String? = nil, poolSize: Int) throws -> DatabaseSettings {
    let url = try testDatabase().url.revealed()
    return try testDatabase(at: url + (role.map { "?options=-c%20role%3D\($0)" } ?? ""), poolSize: poolSize)
}

/// Returns the settings of the current test's database with another URL and pool size.
private func testDatabase(at url: String, poolSize: Int) throws -> DatabaseSettings {
    let own = try testDatabase()
    var settings = DatabaseSettings(url: Secret(url), poolSize: poolSize)
    (settings.acquireTime, settings.connectTime, settings.statementTime) = (
        own.acquireTime, own.connectTime, own.statementTime
    )
    settings.plansOnce = own.plansOnce
    return settings
}

/// The Postgres cluster dedicated to tests.
package struct TestCluster: Sendable {
    /// Why there is no cluster.
    package enum Fault: Error {
        case notSet
        case notLoopback
        case noTrait
    }

    private let base: String

    /// Reads `TEST_DATABASE_URL`, `postgres://user[:password]@127.0.0.1:port/`; rejects any other host.
    package static func fromEnvironment() throws -> TestCluster {
        guard let value = unsafe getenv("TEST_DATABASE_URL") else { throw Fault.notSet }
        let text = unsafe String(cString: value)
        guard text.contains("@127.0.0.1:") || text.contains("@localhost:") else { throw Fault.notLoopback }
        return TestCluster(base: text.hasSuffix("/") ? text : text + "/")
    }

    /// Returns the settings of one of its databases.
    package func settings(database: String, poolSize: Int = 4) -> DatabaseSettings {
        var settings = DatabaseSettings(url: Secret(base + database), poolSize: poolSize)
        // A slow machine must not fail a test; tests about deadlines set their own.
        (settings.acquireTime, settings.connectTime, settings.statementTime) = (
            .seconds(60), .seconds(60), .seconds(60)
        )
        // As in the functions that serve buyers and Stripe.
        settings.plansOnce = true
        return settings
    }

    /// Runs one statement on the maintenance database.
    package func execute(_ script: String) async throws {
        let settings = settings(database: "postgres")
        try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            try await connection.execute(script: script)
        }
    }
}

/// A log that discards its lines.
package let silentLog = Log { _ in }
