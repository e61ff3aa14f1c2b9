import EventLoop
import Kernel
import Settings
import Support
import Testing

@testable import Postgres

@Suite("Way to the database", .freshDatabase)
struct TransportTests {
    @Test(
        "uses TLS with a verified certificate, unless it stays on this machine",
        arguments: [
            ("postgres://x@db.example/x", "verify-full"), ("postgres://x@10.0.0.7/x", "verify-full"),
            ("postgres://x@[2001:db8::1]/x", "verify-full"), ("postgres://x@0.0.0.0/x", "verify-full"),
            ("postgres://x@database/x", "verify-full"), ("postgres://x@127.0.0.1.example/x", "verify-full"),
            ("postgres://x@db.example/x?sslmode=verify-ca", "verify-ca"),
            ("postgres://x@/x?host=/cloudsql/a:b:c", "prefer"), ("postgres://x@127.0.0.1/x", "prefer"),
            ("postgres://x@localhost/x?sslmode=disable", "disable"), ("postgres://x@[::1]/x", "prefer"),
            ("postgres://x@database/x?sslmode=disable", "disable"),
        ])
    func mode(url: String, mode: String) throws {
        let keywords = try ConnectionParameters(DatabaseSettings(url: Secret(url), poolSize: 1)).keywords
        #expect(keywords.filter { $0.0 == "sslmode" }.map(\.1) == [mode])
        #expect(settingsFault(["DATABASE_URL": url]) == nil)
    }

    @Test(
        "is refused at startup when it could be intercepted or is not verified, without the password",
        arguments: ["allow", "prefer", "require", "disable"])
    func open(mode: String) throws {
        for host in ["db.example", "10.0.0.7", "database,db.example", "localhost,db.example"] {
            let url = "postgres://x:hunter2@\(host)/x?sslmode=\(mode)"
            let settings = DatabaseSettings(url: Secret(url), poolSize: 1)
            #expect(throws: PostgresFault.self) { try ConnectionParameters(settings) }
            let lines = settingsFault(["DATABASE_URL": url])?.lines.joined() ?? ""
            #expect(lines.contains("DATABASE_URL is not usable") && lines.contains("verify-full"))
            #expect(!lines.contains("hunter2"))
        }
    }

    @Test("does not fall back to plain text when the server has no TLS")
    func noTLS() async throws {
        let local = try testDatabase().url.revealed()
        try await onLoop {
            // This machine, under an address that is not recognized as loopback.
            let url = local.split(separator: "127.0.0.1", maxSplits: 1).joined(separator: "0.0.0.0")
            let fault = await fault {
                try await Connection.open(DatabaseSettings(url: Secret(url), poolSize: 1)).close()
            }
            guard case .couldNotConnect = fault else {
                Issue.record("\(String(describing: fault))")
                return
            }
            try await Connection.open(DatabaseSettings(url: Secret(local), poolSize: 1)).close()
        }
    }

    private func settingsFault(_ environment: [String: String]) -> SettingsFault? {
        var read = SettingsReader(environment)
        _ = DatabaseSettings(&read)
        do throws(SettingsFault) {
            try read.finish()
            return nil
        } catch { return error }
    }
}
