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
            let sent = try await fixture.pool.run(SettlementStatements.sent(entitlement.email, at: fixture.now))
            #expect(sent == EmailSettlement(isRecorded: true))
            let claimed = try await fixture.claim(at: later)
            #expect(claimed.isEmpty)
            try await fixture.settleLate(entitlement.email)
        }
    }

    @Test("an attempt that outlived its lease ends nothing of the attempt that followed, unless the mail was sent")
    func overtaken() async throws {
        try await withFixture { fixture in
            let entitlement = fixture.entitlement()
            _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
            let claimed = try await fixture.claim(at: fixture.now + .seconds(3600))
            #expect(claimed.first?.attempt == 2)
            try await fixture.settleLate(entitlement.email)
            let sent = try await fixture.pool.run(SettlementStatements.sent(entitlement.email, at: fixture.now))
            #expect(sent.isRecorded)
        }
    }
}

extension Fixture {
    func claim(at now: Instant) async throws(PostgresFault) -> [EmailJob] {
        try await pool.run(OutboxStatements.claim(limit: 10, leaseUntil: now + .seconds(60), at: now))
    }

    /// Every outcome of the first attempt but that it was sent, all of which come too late.
    func settleLate(_ mail: EmailID) async throws {
        let postponed = try await pool.run(
            SettlementStatements.postponed(mail, attempt: 1, for: .zero, because: nil, at: now))
        let dead = try await pool.run(SettlementStatements.dead(mail, attempt: 1, because: "late"))
        #expect(postponed == 0 && dead == 0)
        for subject in [RefusalSubject.recipient, .sender, .unclear] {
            let refusal = EmailRefusal(subject: subject, isFinal: true, pause: .zero, reason: "late")
            let refused = try await pool.run(SettlementStatements.refused(mail, attempt: 1, refusal, at: now))
            #expect(refused == EmailSettlement(isRecorded: false))
        }
        let hold = try await pool.run(HoldStatements.current)
        #expect(hold == nil)
    }
}
