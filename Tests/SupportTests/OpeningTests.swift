import EventLoop
import Postgres
import Support
import Testing

@Suite("What a test opens")
struct OpeningTests {
    private struct Broken: Error {}

    @Test("is closed when the test is over, and when it throws", arguments: [false, true])
    func closes(throwing: Bool) async throws {
        let door = try await onLoop { Door() }
        do {
            let value = try await withOpen({ door }) { door in
                #expect(!door.isClosed)
                if throwing { throw Broken() }
                return 7
            }
            #expect(value == 7)
            #expect(!throwing)
        } catch is Broken { #expect(throwing) }
        #expect(try await onLoop { door.isClosed })
    }

    @Test("a fixture's pools, its own and a role's, are closed with it, also when the test throws", .freshDatabase)
    func pools() async throws {
        let one = Statement<Int64>.row("SELECT 1::bigint") { row throws(PostgresFault) in try row.integer(0) }
        let kept = try await onLoop { Kept() }
        await #expect(throws: Broken.self) {
            try await withFixture(as: "webhook") { fixture, pool in
                kept.pools = [fixture.pool, pool]
                for pool in kept.pools { #expect(try await pool.run(one) == 1) }
                throw Broken()
            }
        }
        try await onLoop {
            #expect(kept.pools.count == 2)
            for pool in kept.pools {
                await #expect(throws: PostgresFault.poolExhausted) { _ = try await pool.run(one) }
            }
        }
    }

    @Test("counts are told by name")
    func counts() {
        let counts = Counts(orders: 1, lines: 2, customers: 3, licenses: 4, grants: 5, emails: 6, events: 7)
        #expect("\(counts)" == "orders: 1, lines: 2, customers: 3, licenses: 4, grants: 5, emails: 6, events: 7")
        #expect(Counts.oneSale(events: 2) != Counts.oneSale())
    }
}

@Loop
private final class Door: Closable {
    private(set) var isClosed = false

    func close() { isClosed = true }
}

@Loop
private final class Kept {
    var pools: [Pool] = []
}
