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
