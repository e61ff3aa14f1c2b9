import EventLoop
import HTTP
import Kernel
import Postgres
import Support
import Testing

@testable import OrdersFunction

@Suite("Rate limits of orders", .freshDatabase)
struct OrderLimitTests {
    private let session = "cs_test_a1b2c3d4e5"

    @Test("a caller who tries sessions is limited, and Stripe is called no more; the buyer elsewhere is served")
    func guessing() async throws {
        try await withOrderDesk(["RATE_LIMITS": "order-address=5/60"]) { desk in
            try await desk.deliver(session)
            for number in 0..<5 {
                #expect(await desk.get("/orders/cs_test_\(1_000_000_000 + number)", from: "203.0.113.7").status == 404)
            }
            let asked = desk.stripe.asked
            for number in 5..<20 {
                let response = await desk.get("/orders/cs_test_\(1_000_000_000 + number)", from: "203.0.113.7")
                #expect(response.status == 429 && response.fields["retry-after"] == "12")
            }
            #expect(desk.stripe.asked == asked)
            #expect(await desk.get("/orders/nonsense", from: "203.0.113.7").status == 404)
            let page = await desk.get("/orders/\(session)", from: "203.0.113.8")
            #expect(page.status == 200 && page.text.contains("GENX-"))
            #expect(page.fields["ratelimit-policy"]?.contains(#""order-address";q=5;w=60"#) == true)
            #expect(page.fields["ratelimit"]?.contains(#""order-address";r=4;t=12"#) == true)
        }
    }

    @Test("a session that is looked at too often waits, from whatever address, and says that nothing is lost")
    func session() async throws {
        try await withOrderDesk(["RATE_LIMITS": "order-session=2/60"]) { desk in
            try await desk.deliver(session)
            for number in 0..<2 {
                #expect(await desk.get("/orders/\(session)", from: "203.0.113.\(number)").status == 200)
            }
            let refused = await desk.get("/orders/\(session)", from: "203.0.113.9")
            #expect(refused.status == 429 && !refused.text.contains("GENX-"))
            #expect(refused.text.contains("If you paid, nothing is lost") && refused.text.contains("30 seconds"))
            let problem = await desk.get("/orders/\(session)", accept: "application/json", from: "203.0.113.9")
            #expect(problem.status == 429 && problem.text.contains("urn:latchkey:problem:too-many-requests"))
            #expect(await desk.get("/orders/\(session)", after: .seconds(30)).status == 200)
        }
    }

    @Test("a page that reloads at its own interval is never rate-limited")
    func refresh() async throws {
        try await withOrderDesk { desk in
            _ = try await desk.begin(session)
            for load in 0..<200 { #expect(await desk.page(session, after: .seconds(load * 5)).status == 200) }
        }
    }

    @Test("a lost e-mail has a limit by its own address, bought or not, and one by the caller's")
    func resend() async throws {
        try await withOrderDesk(["RATE_LIMITS": "resend-mailbox=2/3600,resend-address=4/600"]) { desk in
            try await desk.deliver(session)
            for email in ["buyer@example.com", "stranger@example.com"] {
                #expect(await desk.resend(email, from: "203.0.113.1").status == 200)
                #expect(await desk.resend(email.uppercased(), from: "203.0.113.2").status == 200)
                // Nothing but the limit is in the way of another mail.
                try await desk.run("UPDATE customers SET resend_queued_at = NULL")
                let page = await desk.resend(email, from: "203.0.113.3")
                #expect(page.status == 429 && page.fields["retry-after"] == "1800")
                #expect(page.text.contains("You can ask again in 30 minutes"))
            }
            #expect(try await desk.queued() == "1")
            for _ in 0..<2 {
                let number = WallClock.system.now().microseconds
                #expect(await desk.resend("a\(number)@example.com", from: "203.0.113.1").status == 200)
            }
            let hasty = await desk.resend("another@example.com", isJSON: true, from: "203.0.113.1")
            #expect(hasty.status == 429 && hasty.fields["ratelimit"] == #""resend-address";r=0;t=150"#)
            #expect(!desk.log.text.contains("@example.com") && !desk.log.text.contains("203.0.113."))
        }
    }

    @Test("of two limits the one that refuses takes nothing from the other")
    func free() async throws {
        try await withOrderDesk(["RATE_LIMITS": "order-session=1/3600,order-address=3/3600"]) { desk in
            for number in [1, 1, 1, 1, 2, 3] {
                _ = await desk.get("/orders/cs_test_000000000\(number)", from: "203.0.113.7")
            }
            #expect(await desk.get("/orders/cs_test_0000000004", from: "203.0.113.7").status == 429)
            #expect(await desk.get("/orders/cs_test_0000000003", from: "203.0.113.8").status == 429)
        }
    }
}
