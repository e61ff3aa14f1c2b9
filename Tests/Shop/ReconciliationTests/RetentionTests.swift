import EventLoop
import Kernel
import Orders
import Postgres
import Reconciliation
import Support
import Testing

@Suite("Retention", .freshDatabase)
struct RetentionTests {
    @Test("the role that forgets orders cannot be made to forget a sale, nor a young one")
    func bounds() async throws {
        try await withFixture(as: "reconcile") { fixture, pool in
            _ = try await fixture.apply(fixture.sale("cs_paid"), fixture.entitlement(), event: "evt_1")
            _ = try await fixture.apply(fixture.sale("cs_left", .expired), fixture.entitlement(0), event: "evt_2")
            try await execute(
                script: "UPDATE orders SET created_at = now() - interval '29 days' WHERE status = 'expired'")
            let forgotten = try await pool.run(
                RetentionStatements.forgetUnpaid(
                    from: Instant(unixSeconds: 0), to: WallClock.system.now() + .seconds(86_400)))
            #expect(forgotten == 0)
            await #expect(throws: PostgresFault.self) {
                _ = try await pool.run(Statement<Int>.affected("DELETE FROM orders"))
            }
        }
    }
}
