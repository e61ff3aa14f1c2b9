import EventLoop
import HTTP
import Kernel
import Orders
import Postgres
import Support
import Testing

@testable import OrdersFunction

private let session = "cs_test_a1b2c3d4e5"

@Suite("Order page and webhook", .freshDatabase)
struct ArrivalTests {
    @Test("the page makes the sale before the webhook arrives, and the webhook finds it made")
    func pageFirst() async throws {
        try await withOrderDesk { desk in
            let order = try await desk.begin(session)
            desk.stripe.set(try StripeStub.session(session, metadata: StripeStub.metadata(order)))
            let page = await desk.page(session)
            let key = try await desk.key()
            #expect(page.status == 200 && page.text.contains(key))
            expectCounts(try await desk.counts(), .oneSale())
            let event = try await desk.text(
                "SELECT stripe_event_id || ' ' || type || ' ' || status FROM webhook_events")
            #expect(event == "session:\(session):paid orders.session_lookup processed")
            try await desk.deliver(session)
            expectCounts(try await desk.counts(), .oneSale(events: 2))
            #expect(try await desk.text("SELECT id::text FROM orders") == order.description)
        }
    }

    @Test("the page that comes after the webhook calls no one and changes nothing")
    func webhookFirst() async throws {
        try await withOrderDesk { desk in
            desk.stripe.set(try StripeStub.session(session))
            try await desk.deliver(session)
            #expect(await desk.page(session).text.contains("GENX-"))
            expectCounts(try await desk.counts(), .oneSale())
            #expect(desk.stripe.asked == 0)
        }
    }

    @Test("a sale that is found weeks late shows no whole key, and its address stays")
    func late() async throws {
        try await withOrderDesk { desk in
            let order = try await desk.begin(session)
            desk.stripe.set(
                try StripeStub.session(session, metadata: StripeStub.metadata(order), age: .seconds(40 * 86_400)))
            let page = await desk.page(session)
            let key = try await desk.key()
            #expect(
                page.status == 200 && !page.text.contains(key) && page.text.contains("GENX-****-****-\(key.suffix(4))"))
            #expect(!page.text.contains("<form"))
            #expect(await desk.correct(session, "finder@example.net").status == 409)
        }
    }

    @Test("the page in several processes and the webhook at once are one sale", arguments: 0..<3)
    func atOnce(round: Int) async throws {
        try await withOrderDesk(poolSize: 6) { desk in
            let order = try await desk.begin(session)
            desk.stripe.set(try StripeStub.session(session, metadata: StripeStub.metadata(order)))
            let pages = (0..<8).map { _ in
                let orders = desk.anotherProcess()
                return Loop.start { await orders(Request(path: "/orders/\(session)")).status }
            }
            let deliveries = (0..<8).map { number in
                Loop.start { () async -> Bool in
                    do {
                        try await desk.deliver(session, event: "evt_\(number)")
                        return true
                    } catch { return false }
                }
            }
            for page in pages { #expect(await page.value == 200) }
            for delivery in deliveries { #expect(await delivery.value) }
            // Where every delivery was quicker, no page had a sale to make.
            let counts = try await desk.counts()
            #expect([Counts.oneSale(events: 8), .oneSale(events: 9)].contains(counts))
        }
    }

    @Test("an order that was lost is made from what Stripe knows", arguments: [true, false])
    func lost(hasMetadata: Bool) async throws {
        try await withOrderDesk { desk in
            let items = #"{"data":[{"id":"li_1","price":{"id":"price_1"},"quantity":1}],"has_more":false}"#
            desk.stripe.set(
                hasMetadata
                    ? try StripeStub.session(session) : try StripeStub.session(session, metadata: "{}", items: items))
            #expect(await desk.page(session).text.contains("GENX-"))
            expectCounts(try await desk.counts(), .oneSale())
        }
    }

    @Test("a paid session of something else is 404 and leaves no trace", arguments: [true, false])
    func notOurs(isSubscription: Bool) async throws {
        try await withOrderDesk { desk in
            let items = #"{"data":[],"has_more":false}"#
            desk.stripe.set(
                isSubscription
                    ? try StripeStub.session(session, mode: "subscription")
                    : try StripeStub.session(session, metadata: "{}", items: items))
            #expect(await desk.page(session) == (await desk.page("nonsense")))
            expectCounts(try await desk.counts(), Counts())
        }
    }

    @Test("an unpaid order says so and reloads itself until it is paid")
    func pending() async throws {
        try await withOrderDesk { desk in
            let order = try await desk.begin(session)
            let metadata = StripeStub.metadata(order)
            desk.stripe.set(try StripeStub.session(session, status: "open", payment: "unpaid", metadata: metadata))
            let page = await desk.page(session)
            #expect(page.status == 200 && page.text.contains("<meta http-equiv=\"refresh\" content=\"5\">"))
            #expect(page.text.contains("Your payment is being confirmed") && !page.text.contains("GENX-"))
            #expect(try await desk.text("SELECT status FROM orders") == "pending")
            desk.stripe.set(try StripeStub.session(session, metadata: metadata))
            #expect(await desk.page(session, after: .seconds(5)).text.contains("GENX-"))
        }
    }

    @Test("a delayed payment waits, and the page makes the sale when the money came")
    func delayed() async throws {
        try await withOrderDesk { desk in
            desk.stripe.set(try StripeStub.session(session, payment: "unpaid"))
            let page = await desk.page(session)
            #expect(page.text.contains("Your payment is on its way") && page.text.contains("http-equiv=\"refresh\""))
            #expect(page.text.contains("b…@example.com"))
            #expect(try await desk.text("SELECT status FROM orders") == "awaiting_payment")
            _ = await desk.page(session, after: .seconds(6))
            expectCounts(try await desk.counts(), Counts(orders: 1, lines: 1, customers: 1, events: 1))
            desk.stripe.set(try StripeStub.session(session))
            #expect(await desk.page(session, after: .seconds(12)).text.contains("GENX-"))
            try await desk.deliver(session, .paymentSucceeded)
            expectCounts(try await desk.counts(), .oneSale(events: 3))
        }
    }

    @Test("a session that expired ends the order")
    func expired() async throws {
        try await withOrderDesk { desk in
            let order = try await desk.begin(session)
            desk.stripe.set(
                try StripeStub.session(
                    session, status: "expired", payment: "unpaid", metadata: StripeStub.metadata(order)))
            #expect(await desk.page(session).text.contains("This order was not completed"))
            try await desk.deliver(session, .expired)
            #expect(try await desk.text("SELECT status FROM orders") == "expired")
        }
    }
}
