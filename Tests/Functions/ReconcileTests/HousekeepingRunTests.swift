import EventLoop
import Kernel
import Postgres
import Support
import Testing

@testable import ReconcileFunction

@Suite("Housekeeping", .freshDatabase)
struct HousekeepingRunTests {
    @Test("the audit log's rows are sealed")
    func sealed() async throws {
        try await withFixture(as: "reconcile") { fixture, pool in
            _ = try await fixture.pool.run(
                Statement<Int>.affected(
                    "INSERT INTO audit_log (actor, action) VALUES ('operator:ada', 'order.refunded')"))
            let log = CapturedLog()
            await Housekeeping(pool: pool, log: log.log)(at: fixture.now)
            #expect(log.text.contains("audit log sealed"))
            let seals = try await fixture.pool.run(
                Statement<String>.row("SELECT count(*)::text FROM audit_seals") { row throws(PostgresFault) in
                    try row.text(0)
                })
            #expect(seals == "1")
        }
    }

    @Test("a failure of one chore is logged and keeps no other from its turn")
    func independent() async throws {
        try await withFixture(as: "reconcile") { fixture, pool in
            try await execute(script: "ALTER TABLE audit_seals RENAME TO away; ALTER TABLE orders RENAME TO gone")
            let log = CapturedLog()
            await Housekeeping(pool: pool, log: log.log)(at: fixture.now)
            #expect(log.text.contains("the audit log could not be sealed"))
            #expect(log.text.contains("what is over could not be removed"))
        }
    }
}
