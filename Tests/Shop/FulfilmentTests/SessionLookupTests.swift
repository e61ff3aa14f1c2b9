import Catalog
import EventLoop
import HTTP
import Kernel
import Licensing
import OrderMails
import Orders
import Postgres
import Settings
import Stripe
import StripeClient
import Support
import Testing

@testable import Fulfilment

@Suite("Session lookup", .freshDatabase)
struct SessionLookupTests {
    private static let session = "cs_test_a1b2c3d4e5"

    @Test("fetches a session once in five seconds, for however many at once")
    func once() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            desk.stripe.set(try StripeStub.session(Self.session, status: "open", payment: "unpaid"))
            let lookups = (0..<20).map { _ in Loop.start { try? await desk.find(Self.session) } }
            for lookup in lookups { #expect(await lookup.value == .unpaid) }
            _ = try await desk.find(Self.session, after: .seconds(4))
            #expect(desk.stripe.asked == 1)
            _ = try await desk.find(Self.session, after: .seconds(6))
            #expect(desk.stripe.asked == 2)
        }
    }

    @Test("has a small bound for unknown sessions; beyond it the caller is told to wait, and one line is written")
    func flood() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            let limit = SessionLookupCache.Kind.unknown.limit
            for number in 0..<130 {
                do {
                    _ = try await desk.find("cs_test_\(1_000_000_000 + number)")
                    Issue.record("found")
                } catch let fault as SessionLookupFault {
                    if number < limit {
                        #expect(fault == .notFound)
                    } else {
                        #expect(fault.refusal.problem.status == 429)
                    }
                }
            }
            #expect(desk.stripe.asked == limit)
            #expect(desk.log.text.components(of: "too many sessions are asked for") == 1)
            #expect(!desk.log.text.contains("ERROR") && !desk.log.text.contains("WARNING"))
            await #expect(throws: SessionLookupFault.notFound) {
                try await desk.find("cs_test_2000000000", after: .seconds(20))
            }
            #expect(desk.stripe.asked == limit + 1)
        }
    }

    @Test("of an order that waits for its payment is done however many sessions are invented")
    func budgets() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            for number in 0..<130 { _ = try? await desk.find("cs_test_\(1_000_000_000 + number)") }
            let asked = desk.stripe.asked
            _ = try await fixture.apply(fixture.sale(Self.session, .unpaid), fixture.entitlement(0), event: "evt_1")
            desk.stripe.set(try StripeStub.session(Self.session))
            #expect(try await desk.find(Self.session).isPaid)
            #expect(desk.stripe.asked == asked + 1)
        }
    }

    @Test("that fails is logged once, for however many at once")
    func failure() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            desk.stripe.setAway(true)
            let lookups = (0..<20).map { _ in Loop.start { try? await desk.find(Self.session) } }
            for lookup in lookups { #expect(await lookup.value == nil) }
            #expect(desk.log.text.components(of: "a session could not be looked up") == 1)
        }
    }

    @Test("does not find a session of the other mode, and makes no sale of it")
    func otherMode() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            desk.stripe.set(try StripeStub.session(Self.session, isLive: true))
            await #expect(throws: SessionLookupFault.notFound) { try await desk.find(Self.session) }
            expectCounts(try await fixture.counts(), Counts())
        }
    }

    @Test("makes the sale of a session that was paid, once")
    func sale() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            desk.stripe.set(try StripeStub.session(Self.session))
            let made = try await desk.find(Self.session)
            #expect(desk.stripe.asked == 1)
            let again = try await desk.find(Self.session, after: .seconds(6))
            #expect(made.isPaid && again.isPaid)
            #expect(desk.stripe.asked == 1)
            expectCounts(try await fixture.counts(), .oneSale())
        }
    }

    @Test("raises an alert about a paid session without an address")
    func noAddress() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            desk.stripe.set(try StripeStub.session(Self.session, email: "no address"))
            #expect(try await desk.find(Self.session).isPaid)
            #expect(desk.log.text.contains("a paid order has no address to send its keys to"))
        }
    }

    @Test("whose sale cannot be written is fetched again later")
    func unwritable() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            desk.stripe.set(try StripeStub.session(Self.session))
            try await execute(script: "ALTER TABLE emails RENAME COLUMN next_attempt_at TO away")
            await #expect(throws: SessionLookupFault.unavailable) { try await desk.find(Self.session) }
            #expect(desk.log.text.contains("a session could not be fulfilled"))
            try await execute(script: "ALTER TABLE emails RENAME COLUMN away TO next_attempt_at")
            #expect(try await desk.find(Self.session).isPaid)
            expectCounts(try await fixture.counts(), .oneSale())
        }
    }

    @Test("keeps a known order as it is while Stripe does not answer")
    func away() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let desk = try LookupDesk(fixture, pool)
            desk.stripe.setAway(true)
            await #expect(throws: SessionLookupFault.unavailable) { try await desk.find(Self.session) }
            _ = try await fixture.apply(
                fixture.sale(Self.session, .unpaid), fixture.entitlement(0), event: "evt_1")
            #expect(try await desk.find(Self.session).record?.status == .awaitingPayment)
            #expect(desk.log.text.contains("a session could not be looked up"))
        }
    }

    @Test("asks the client to come back where the answer is unknown")
    func refusals() {
        #expect(SessionLookupFault.unavailable.refusal == .unavailable(retryAfterSeconds: 5))
        #expect(SessionLookupFault.notFound.refusal == .notFound)
        #expect(SessionLookupFault.database(.poolExhausted).refusal == PostgresFault.poolExhausted.refusal)
    }
}

/// A lookup under the role of orders, with a Stripe that answers what the test says.
@Loop
private struct LookupDesk {
    let stripe = StripeStub()
    let log = CapturedLog()
    let now: Instant
    let lookup: SessionLookup

    init(_ fixture: Fixture, _ pool: Pool) throws {
        now = fixture.now
        var read = SettingsReader(TestSettings.environment)
        let client = StripeClient(StripeSettings(&read))
        let keys = try #require(KeyRing(&read))
        let catalog = CatalogCache(pool)
        let mails = MailService(
            try #require(MailSettings(&read, isTest: true)), keys: keys, pool: pool, catalog: catalog, log: log.log)
        let fulfilment = Fulfilment(
            pool: pool, catalog: catalog, stripe: client, keys: keys, mails: mails, actor: "function:orders",
            log: log.log)
        lookup = SessionLookup(pool: pool, fulfilment: fulfilment, isLive: false, log: log.log) {
            [stripe] id throws(StripeCallFault) in try stripe.answer(id)
        }
    }

    /// Looks up a session as the function does, so long after the start.
    func find(_ session: String, after passed: Duration = .zero) async throws -> SessionOrder {
        let id = try #require(StripeID(session))
        let known = try await lookup.order(of: id, at: now + passed)
        return try await lookup(id, known: known, at: now + passed)
    }
}

extension SessionOrder {
    fileprivate var record: OrderRecord? {
        guard case .known(let record) = self else { return nil }
        return record
    }

    fileprivate var isPaid: Bool { record?.status == .paid }
}

extension String {
    /// How often `text` occurs.
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
