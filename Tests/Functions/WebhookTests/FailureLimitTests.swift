import EventLoop
import HTTP
import Kernel
import Postgres
import Support
import Testing

@testable import WebhookFunction

@Suite("Forged deliveries", .freshDatabase)
struct FailureLimitTests {
    private static let limits = ["RATE_LIMITS": "webhook-failure=3/60", "TRUSTED_PROXY_HOPS": "1"]

    @Test("too many of one address are 429 with a time to wait, and Stripe's own from there are still taken")
    func limited() async throws {
        try await withShop(FailureLimitTests.limits) { shop throws in
            let now = WallClock.system.now()
            let body = SessionEvent().json
            var statuses: [Int] = []
            for index in 0..<20 {
                let forged = Forgery.otherSecret.request(body, from: "6.6.6.\(index), 203.0.113.7", at: now)
                let refused = await refusal { try await shop.webhook(forged) }
                statuses.append(refused?.problem.status ?? 0)
                if statuses.last == 429 {
                    #expect(refused?.fields["retry-after"] == "20")
                    #expect(refused?.fields["ratelimit"] == #""webhook-failure";r=0;t=20"#)
                }
            }
            #expect(statuses == [400, 400, 400] + Array(repeating: 429, count: 17))
            var good = Forgery.none(body, at: now)
            good.fields.append("X-Forwarded-For", "203.0.113.7")
            #expect(try await shop.webhook(good).status == 200)
            let other = Forgery.unsigned.request(body, from: "203.0.113.8", at: now)
            #expect(await refusal { try await shop.webhook(other) }?.problem.status == 400)
            let later = Forgery.unsigned.request(body, from: "203.0.113.7", at: now + .seconds(20))
            #expect(await refusal { try await shop.webhook(later) }?.problem.status == 400)
        }
    }

    @Test("a flood logs a line for each that was counted and one for the limit, and costs no more queries")
    func bounded() async throws {
        try await withShop(FailureLimitTests.limits) { shop throws in
            let now = WallClock.system.now()
            for _ in 0..<200 {
                let forged = Forgery.stale.request("{}", from: "203.0.113.7", at: now)
                _ = await refusal { try await shop.webhook(forged) }
            }
            #expect(shop.log.text.split(separator: "a delivery was not Stripe's").count == 4)
            #expect(shop.log.text.split(separator: "too many requests").count == 2)
            #expect(!shop.log.text.contains("203.0.113.7"))
            // Refused from memory: the database is gone and the answer is the same.
            shop.close()
            let forged = Forgery.stale.request("{}", from: "203.0.113.7", at: now)
            #expect(await refusal { try await shop.webhook(forged) }?.problem.status == 429)
        }
    }

    @Test("a delivery that is Stripe's is not counted and meets no limit, however many come")
    func good() async throws {
        try await withShop(["RATE_LIMITS": "webhook-failure=1/3600"]) { shop throws in
            for _ in 0..<20 { #expect(try await shop.deliver(SessionEvent().json).status == 200) }
            #expect(try await shop.text("SELECT count(*)::text FROM rate_limits") == "0")
        }
    }

    @Test("many at once are 400 or 429, and no more are counted than the limit says")
    func atOnce() async throws {
        try await withShop(FailureLimitTests.limits) { shop in
            let now = WallClock.system.now()
            let floods = (0..<200).map { _ in
                Loop.start {
                    await refusal {
                        try await shop.webhook(Forgery.empty.request("{}", from: "203.0.113.7", at: now))
                    }?.problem.status
                }
            }
            for flood in floods { #expect([400, 429].contains(await flood.value)) }
            #expect(shop.log.text.split(separator: "a delivery was not Stripe's").count <= 4)
        }
    }

    @Test("without a database they are 400, as they would be with one")
    func databaseAway() async throws {
        try await withShop(FailureLimitTests.limits) { shop in
            shop.close()
            let refused = await refusal { try await shop.webhook(Forgery.unsigned.request("{}")) }
            #expect(refused?.problem.status == 400)
            #expect(shop.log.text.contains("could not be counted"))
        }
    }
}
