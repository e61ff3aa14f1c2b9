import EventLoop
import FoundationEssentials
package import Postgres

/// Applies the product's own migrations, in order.
package func migrate(_ settings: DatabaseSettings, _ part: (String) -> Bool = { _ in true }) async throws {
    let folder = repositoryRoot + "/infra/migrations"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { $0.hasSuffix(".sql") && part($0) }.sorted()
    let scripts = try names.map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
    try await onLoop {
        let connection = try await Connection.open(settings)
        defer { connection.close() }
        for script in scripts { try await connection.execute(script: script) }
    }
}

/// Applies them to the current test's database.
package func prepareDatabase() async throws { try await migrate(testDatabase()) }

/// The folder of `Package.swift`.
package let repositoryRoot: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
}()
