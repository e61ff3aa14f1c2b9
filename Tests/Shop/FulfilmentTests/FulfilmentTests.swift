import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import RateLimiting
import Support
import Testing

@Suite("Fulfilment", .freshDatabase)
struct FulfilmentTests {
    @Test("a paid session makes the order, its item, the customer, a license per unit, a grant and a mail")
    func paid() async throws {
        try await withFixture { fixture in
            let outcome = try await fixture.apply(
                fixture.sale("cs_1", quantity: 3), fixture.entitlement(3), event: "evt_1")
            #expect(outcome.status == .paid)
            #expect(outcome.hasMail)
            expectCounts(try await fixture.counts(), .oneSale(licenses: 3))
        }
    }

    @Test("the audit log records once who made a sale and what it granted, and no unpaid order")
    func audited() async throws {
        try await withFixture { fixture in
            _ = try await fixture.apply(fixture.sale("cs_left", .expired), fixture.entitlement(0), event: "evt_0")
            for (index, update) in [CheckoutUpdate.unpaid, .paymentSucceeded, .paid].enumerated() {
                _ = try await fixture.apply(
                    fixture.sale("cs_1", update, quantity: 2), fixture.entitlement(update == .unpaid ? 0 : 2),
                    event: "evt_1\(index)")
            }
            let entries = try await fixture.pool.run(
                Statement<[String]>.rows(
                    """
                    SELECT concat_ws(' ', a.actor, a.action, o.stripe_session_id, a.details->>'licenses',
                        a.details->>'amount', a.details->>'payment')
                    FROM audit_log a JOIN orders o ON o.id = a.order_id
                    """
                ) { row throws(PostgresFault) in try row.text(0) })
            #expect(entries == ["function:webhook order.paid cs_1 2 9800 pi_cs_1"])
        }
    }

    @Test("a hundred copies of one event at once are one sale")
    func copies() async throws {
        try await withFixture(poolSize: 16) { fixture in
            let sale = try fixture.sale("cs_1")
            let copies = (0..<100).map { _ in
                Loop.start { () async -> Bool? in
                    try? await fixture.apply(sale, fixture.entitlement(), event: "evt_1").hasMail
                }
            }
            var mails = 0
            for copy in copies {
                let hasMail = await copy.value
                #expect(hasMail != nil)
                mails += hasMail == true ? 1 : 0
            }
            #expect(mails == 1)
            expectCounts(try await fixture.counts(), .oneSale())
        }
    }

    @Test("different events about one sale at once are one sale")
    func events() async throws {
        try await withFixture(poolSize: 16) { fixture in
            let updates: [CheckoutUpdate] = [.paid, .unpaid, .paymentSucceeded, .expired]
            let events = try (0..<80).map { index in
                let sale = try fixture.sale("cs_1", updates[index % 4])
                return Loop.start { () async -> Bool in
                    (try? await fixture.apply(sale, fixture.entitlement(), event: "evt_\(index)")) != nil
                }
            }
            for event in events { #expect(await event.value) }
            expectCounts(try await fixture.counts(), .oneSale(events: 80))
        }
    }

    @Test(
        "the statement decides as the state machine does, for every state and every update",
        arguments: OrderStatus.allCases)
    func transitions(status: OrderStatus) async throws {
        try await withFixture { fixture in
            for (index, update) in CheckoutUpdate.allCases.enumerated() {
                let sale = try fixture.sale("cs_\(index)", update)
                _ = try await fixture.apply(
                    fixture.sale("cs_\(index)", .unpaid), fixture.entitlement(), event: "a\(index)")
                _ = try await fixture.pool.run(
                    Statement<Int>.affected("UPDATE orders SET status = \(status.rawValue) WHERE id = \(sale.order)"))
                let outcome = try await fixture.apply(sale, fixture.entitlement(), event: "b\(index)")
                let read = Statement<String>.row("SELECT status FROM orders WHERE id = \(sale.order)") {
                    row throws(PostgresFault) in try row.text(0)
                }
                let end = try await fixture.pool.run(read)
                #expect(OrderStatus(rawValue: end) == status.after(update), "\(status) after \(update)")
                #expect((outcome.order != nil) == update.startingPoints.contains(status))
                #expect(outcome.hasMail == (outcome.status == .paid))
            }
        }
    }

    @Test("a pending order from the checkout is the one that becomes paid")
    func pending() async throws {
        try await withFixture { fixture in
            let order = OrderID(at: fixture.now)
            let terms = try await fixture.pool.run(
                CheckoutStatements.begin(
                    order: order, product: "genx-delay", quantity: 2, email: nil, isLive: false, at: fixture.now,
                    behind: .roomy(at: fixture.now))
            ).get().output
            #expect(terms?.stripePriceID == "price_1")
            #expect(terms?.unitPrice.minorUnits == 4900)
            let outcome = try await fixture.apply(
                fixture.sale("cs_1", order: order, quantity: 2), fixture.entitlement(2), event: "evt_1")
            #expect(outcome.order == order)
            let late = try await fixture.pool.run(CheckoutStatements.attach(session: "cs_1", to: order))
            #expect(late == 0)
            expectCounts(try await fixture.counts(), .oneSale(licenses: 2))
        }
    }

    @Test("a session that names another session's order gets an order of its own, and both are sold")
    func foreignOrder() async throws {
        try await withFixture { fixture in
            let first = try fixture.sale("cs_1")
            _ = try await fixture.apply(first, fixture.entitlement(), event: "evt_1")
            let second = try fixture.sale("cs_second", order: first.order)
            let outcome = try await fixture.apply(second, fixture.entitlement(), event: "evt_2")
            #expect(outcome.order == second.fallbackOrder)
            expectCounts(
                try await fixture.counts(),
                Counts(orders: 2, lines: 2, customers: 1, licenses: 2, grants: 2, emails: 2, events: 2))
        }
    }

    @Test("the session's own order is the one that is paid, whatever the session names")
    func ownOrder() async throws {
        try await withFixture { fixture in
            let order = OrderID(at: fixture.now)
            _ = try await fixture.pool.run(
                CheckoutStatements.begin(
                    order: order, product: "genx-delay", quantity: 1, email: nil, isLive: false, at: fixture.now,
                    behind: .roomy(at: fixture.now)))
            _ = try await fixture.pool.run(CheckoutStatements.attach(session: "cs_1", to: order))
            let outcome = try await fixture.apply(fixture.sale("cs_1"), fixture.entitlement(), event: "evt_1")
            #expect(outcome.order == order)
            expectCounts(try await fixture.counts(), .oneSale())
        }
    }

    @Test(
        "an event that failed or was ignored is handled when it comes again and is a sale; one that was handled is not")
    func failedBefore() async throws {
        try await withFixture { fixture in
            _ = try await fixture.pool.run(LedgerStatements.fail(fixture.entry("evt_1"), why: "database"))
            let outcome = try await fixture.apply(fixture.sale("cs_1"), fixture.entitlement(), event: "evt_1")
            #expect(outcome.hasMail)
            let late = try await fixture.pool.run(LedgerStatements.fail(fixture.entry("evt_1"), why: "late"))
            #expect(late == 0)
            _ = try await fixture.pool.run(LedgerStatements.fail(fixture.entry("evt_2"), why: "stripe"))
            let given = try await fixture.pool.run(LedgerStatements.ignore(fixture.entry("evt_2"), why: "test"))
            #expect(given == 1)
            let worse = try await fixture.pool.run(LedgerStatements.fail(fixture.entry("evt_2"), why: "database"))
            #expect(worse == 1)
            let repeated = try await fixture.pool.run(LedgerStatements.ignore(fixture.entry("evt_2"), why: "test"))
            #expect(repeated == 1)
            let ignored = try await fixture.apply(fixture.sale("cs_2"), fixture.entitlement(), event: "evt_2")
            #expect(ignored.hasMail)
            let again = try await fixture.apply(fixture.sale("cs_2"), fixture.entitlement(), event: "evt_2")
            #expect(again.order == nil)
        }
    }

    @Test("a product that is not for sale opens no order")
    func notForSale() async throws {
        try await withFixture { fixture in
            let begin = CheckoutStatements.begin(
                order: OrderID(at: fixture.now), product: "nothing", quantity: 1, email: nil, isLive: false,
                at: fixture.now, behind: .roomy(at: fixture.now))
            let terms = try await fixture.pool.run(begin).get().output
            #expect(terms == nil)
            expectCounts(try await fixture.counts(), Counts())
        }
    }
}
