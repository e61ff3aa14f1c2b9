import EventLoop
import Fulfilment
import Kernel
import Outbox
import Postgres
import Support
import Testing

@Suite("Outbox", .freshDatabase)
struct OutboxStatementTests {
    @Test("a mail is leased to one claimer at a time and comes back when the lease is over")
    func lease() async throws {
        try await withFixture { fixture in
            _ = try await fixture.apply(fixture.sale("cs_1", quantity: 2), fixture.entitlement(2), event: "evt_1")
            let early = try await fixture.claim(at: fixture.now)
            #expect(early.isEmpty)
            let later = fixture.now + .seconds(61)
            async let one = fixture.claim(at: later)
            async let two = fixture.claim(at: later)
            let claimed = try await one + two
            #expect(claimed.count == 1)
            #expect(claimed.first?.attempt == 2)
            #expect(claimed.first?.recipient?.text == "Buyer@example.com")
            let again = try await fixture.claim(at: later + .seconds(61))
            #expect(again.first?.attempt == 3)
        }
    }

    @Test("a settled mail is not claimed again, and a late settlement changes nothing")
    func settle() async throws {
        try await withFixture { fixture in
            let entitlement = fixture.entitlement()
            _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
            let later = fixture.now + .seconds(3600)
            let sent = try await fixture.settle(entitlement.email, .sent)
            #expect(sent == 1)
            let claimed = try await fixture.claim(at: later)
            #expect(claimed.isEmpty)
            let late = try await fixture.settle(entitlement.email, .dead)
            #expect(late == 0)
        }
    }

    @Test("an attempt that outlived its lease ends nothing of the attempt that followed, unless the mail was sent")
    func overtaken() async throws {
        try await withFixture { fixture in
            let entitlement = fixture.entitlement()
            _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
            let claimed = try await fixture.claim(at: fixture.now + .seconds(3600))
            #expect(claimed.first?.attempt == 2)
            for next in [EmailSchedule.Next.retry(after: .zero), .dead] {
                let late = try await fixture.settle(entitlement.email, attempt: 1, next)
                #expect(late == 0)
            }
            let sent = try await fixture.settle(entitlement.email, attempt: 1, .sent)
            #expect(sent == 1)
        }
    }
}

extension Fixture {
    func claim(at now: Instant) async throws(PostgresFault) -> [EmailJob] {
        try await pool.run(OutboxStatements.claim(limit: 10, leaseUntil: now + .seconds(60), at: now))
    }

    func settle(
        _ mail: EmailID, attempt: Int = 1, _ next: EmailSchedule.Next
    ) async throws(PostgresFault) -> Int {
        try await pool.run(OutboxStatements.settle(mail, attempt: attempt, next, error: nil, at: now))
    }
}
