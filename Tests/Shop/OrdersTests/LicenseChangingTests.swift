import Audit
import EventLoop
import Fulfilment
import Kernel
import Licensing
import Orders
import Postgres
import Support
import Testing

@Suite("License changes by hand", .freshDatabase)
struct LicenseChangingTests {
    @Loop
    private func license(_ connection: Connection) async throws -> LicenseDetail {
        let id: LicenseID = try await connection.run(
            .row("SELECT id FROM licenses ORDER BY id LIMIT 1") { row throws(PostgresFault) in try row.id(0) })
        return try #require(try await connection.run(LicenseDetailStatements.find(.license(id))).first)
    }

    /// Runs `body` with the license of a sale, for changes by `eve`.
    private func withLicense(
        _ body: @escaping @Loop @Sendable (Connection, LicenseDetail, AuditContext) async throws -> Void
    ) async throws {
        try await withFixture { fixture in
            _ = try await fixture.apply(try fixture.sale("cs_1"), fixture.entitlement(), event: "evt_1")
            let context = AuditContext(.operator("eve"), from: "desk", because: "leaked", at: fixture.now)
            try await withConnection { connection in try await body(connection, try await license(connection), context)
            }
        }
    }

    @Test("a dry run returns the change that the next run makes; a change that was made is not made again")
    func revokes() async throws {
        try await withLicense { connection, license, context in
            var transitions: [LicenseTransition] = []
            for isDryRun in [true, false, false] {
                transitions.append(
                    try await LicenseChanging(AuditedConnection(connection, by: context, dryRun: isDryRun)).revoke(
                        license))
            }
            #expect(transitions.map(\.previous) == [.active, .active, .revoked])
            #expect(transitions.map(\.status) == [.revoked, .revoked, .revoked])
            #expect(transitions.map(\.hasChanged) == [true, true, false])
            let back = try await LicenseChanging(AuditedConnection(connection, by: context, dryRun: false)).reinstate(
                license)
            #expect(back.status == .active && back.hasChanged)
        }
    }

    @Test("a license that was not revoked by hand, and one that is not there, cannot be changed")
    func refusals() async throws {
        try await withLicense { connection, license, context in
            let changing = LicenseChanging(AuditedConnection(connection, by: context, dryRun: false))
            let unchanged = try await changing.reinstate(license)
            #expect(!unchanged.hasChanged && unchanged.status == .active)
            try await connection.execute(script: "UPDATE licenses SET status = 'revoked'")
            await #expect(throws: LicenseChangeFault.notHeld) { try await changing.reinstate(license) }
            try await connection.execute(script: "DELETE FROM licenses")
            await #expect(throws: LicenseChangeFault.noLicense) { try await changing.revoke(license) }
        }
    }
}
