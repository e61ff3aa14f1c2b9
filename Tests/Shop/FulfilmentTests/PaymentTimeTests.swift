import EventLoop
import Kernel
import Orders
import Postgres
import Stripe
import Support
import Testing

@testable import Fulfilment

/// The buyer's time limits count from the payment, whenever we hear of it.
@Suite("Time of payment", .freshDatabase)
struct PaymentTimeTests {
    @Test(
        "is the event's, and never in the future",
        arguments: [(Duration.seconds(0), true), (.seconds(40 * 86_400), true), (.seconds(-3_600), false)])
    func event(age: Duration, isEvents: Bool) async throws {
        try await withEventShop { shop in
            let before = WallClock.system.now()
            let told = Instant(unixSeconds: (before - age).unixSeconds)
            let subject = StorySubject(tag: "late", order: OrderID(at: before), total: 4900, quantity: 1)
            let sale = StoryEvent.session("completed", "paid", .paid, at: told.unixSeconds)
            try await shop.deliver(subject.json(sale, index: 0))
            let paid = try await shop.pool.run(
                Statement<Instant>.row("SELECT paid_at FROM orders") { row throws(PostgresFault) in try row.instant(0) }
            )
            if isEvents { #expect(paid == told) } else { #expect(paid >= before && paid < told) }
        }
    }

    @Test("is at most a day after the session's creation when the session alone tells of it")
    func polled() throws {
        let now = WallClock.system.now()
        for age in [Duration.seconds(60), .seconds(40 * 86_400)] {
            let session = try StripeStub.session("cs_test_a1b2c3d4e5", age: age)
            let (_, entry) = try #require(session.checkoutUpdate(seenBy: "test", at: now))
            #expect(entry.latestPayment == (try #require(session.created)) + .seconds(86_400))
        }
    }
}
