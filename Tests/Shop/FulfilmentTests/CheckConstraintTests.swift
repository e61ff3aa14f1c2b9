import EventLoop
import Postgres
import Support
import Testing

@Suite("Check constraints", .freshDatabase)
struct CheckConstraintTests {
    @Test("an unknown status, kind or currency is refused in every table")
    func refused() async throws {
        let changes: [SQL] = [
            "UPDATE orders SET status = 'sold'", "UPDATE orders SET currency = 'USD'",
            "UPDATE licenses SET status = 'open'", "UPDATE webhook_events SET status = 'done'",
            "UPDATE webhook_events SET source = 'guessed'", "UPDATE emails SET kind = 'An invoice'",
            "UPDATE emails SET status = 'lost'",
        ]
        try await withFixture { fixture in
            _ = try await fixture.apply(fixture.sale("cs_1"), fixture.entitlement(), event: "evt_1")
            for change in changes {
                do throws(PostgresFault) {
                    _ = try await fixture.pool.run(Statement<Int>.affected(change))
                    Issue.record("\(change.text)")
                } catch {
                    guard case .server("23514", _, _) = error else { throw error }
                }
            }
        }
    }
}
