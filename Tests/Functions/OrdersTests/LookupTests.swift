import EventLoop
import HTTP
import Kernel
import Postgres
import Support
import Testing

@testable import OrdersFunction

private let session = "cs_test_a1b2c3d4e5"

@Suite("Question to Stripe", .freshDatabase)
struct LookupTests {
    @Test(
        "is never called for what is not a session of ours",
        arguments: [
            "x", "cs_test_", "cs_test_123456789", "cs_live_a1b2c3d4e5", "cs_test_a1b2c3d4e5%20", "cs_test_a1b2c3d4-5",
            "cs_test_a1b2c3d4_5", "cs_test_a1b2c3d4é5", "pi_a1b2c3d4e5f6", "CS_TEST_A1B2C3D4E5",
            "cs_test_a1b2c3d4e5'--",
            "cs_test_" + String(repeating: "a", count: 250),
        ])
    func forged(id: String) async throws {
        try await withOrderDesk { desk in
            let unknown = await desk.page("cs_test_0000000000")
            #expect(desk.stripe.asked == 1)
            let forged = await desk.page(id)
            #expect(forged.status == 404 && forged.text.contains("There is no order here"))
            #expect(forged == unknown)
            #expect(desk.stripe.asked == 1)
        }
    }

    @Test("is called once in five seconds for a session, however often its page is loaded")
    func once() async throws {
        try await withOrderDesk { desk in
            desk.stripe.set(try StripeStub.session(session, status: "open", payment: "unpaid"))
            let pages = (0..<20).map { _ in Loop.start { await desk.page(session).status } }
            for page in pages { #expect(await page.value == 200) }
            _ = await desk.page(session, after: .seconds(4))
            #expect(desk.stripe.asked == 1)
            _ = await desk.page(session, after: .seconds(6))
            #expect(desk.stripe.asked == 2)
        }
    }

    @Test("has a bound for all sessions together; beyond it the page says to come back")
    func flood() async throws {
        try await withOrderDesk { desk in
            for number in 0..<130 {
                let response = await desk.get(
                    "/orders/cs_test_\(1_000_000_000 + number)", from: "203.0.113.\(number)")
                #expect(response.status == (number < SessionLookupCache.limit ? 404 : 503))
            }
            #expect(desk.stripe.asked == SessionLookupCache.limit)
            #expect(await desk.page("cs_test_2000000000", after: .seconds(20)).status == 404)
            #expect(desk.stripe.asked == SessionLookupCache.limit + 1)
        }
    }

    @Test("that gets no answer leaves a known order pending and an unknown one for later")
    func away() async throws {
        try await withOrderDesk { desk in
            desk.stripe.setAway(true)
            let unknown = await desk.page(session)
            #expect(unknown.status == 503 && unknown.fields["retry-after"] == "5")
            #expect(
                unknown.text.contains("If you paid, nothing is lost") && !unknown.text.contains("othing was charged"))
            let json = await desk.get("/orders/\(session)", accept: "application/json")
            #expect(json.status == 503 && json.fields["content-type"] == "application/problem+json")
            _ = try await desk.begin(session)
            let known = await desk.page(session)
            #expect(known.status == 200 && known.text.contains("Your payment is being confirmed"))
            #expect(desk.log.text.contains("a session could not be looked up"))
        }
    }

    @Test("about a session of the other mode is as good as none")
    func otherMode() async throws {
        try await withOrderDesk { desk in
            desk.stripe.set(try StripeStub.session(session, isLive: true))
            #expect(await desk.page(session).status == 404)
            expectCounts(try await desk.counts(), Counts())
        }
    }

    @Test("whose sale cannot be written is fetched again, and the buyer reads that nothing is lost")
    func unwritable() async throws {
        try await withOrderDesk { desk in
            desk.stripe.set(try StripeStub.session(session))
            try await desk.run("ALTER TABLE emails RENAME COLUMN next_attempt_at TO away")
            let page = await desk.page(session)
            #expect(page.status == 503 && page.text.contains("If you paid, nothing is lost"))
            #expect(desk.log.text.contains("a session could not be fulfilled"))
            try await desk.run("ALTER TABLE emails RENAME COLUMN away TO next_attempt_at")
            #expect(await desk.page(session).text.contains("GENX-"))
            expectCounts(try await desk.counts(), .oneSale())
        }
    }

    @Test("is not reached when our own database does not answer")
    func databaseAway() async throws {
        try await withOrderDesk { desk in
            try await desk.run("ALTER TABLE orders RENAME TO away")
            let page = await desk.page(session)
            #expect((500..<600).contains(page.status) && page.text.contains("cannot be shown right now"))
            #expect(desk.stripe.asked == 0)
        }
    }
}
