import Kernel
import Limits
import RateLimiting
import Settings
import Testing

@Suite("The shop's rate limits")
struct ShopLimitsTests {
    @Test("leave room for impatience, and keep nobody out for long", arguments: RateLimitPolicy.shop)
    func room(policy: RateLimitPolicy) {
        #expect(policy.quota >= 30, "an impatient buyer meets \(policy.name)")
        #expect(policy.window <= .seconds(3600), "\(policy.name) keeps somebody out for long")
    }

    @Test("can be overridden each, in every function")
    func overrides() throws {
        let text = RateLimitPolicy.shop.map { "\($0.name)=1/2" }.joined(separator: ",")
        var read = SettingsReader(["RATE_LIMITS": text])
        let table = RateLimitTable(&read)
        try read.finish()
        for policy in RateLimitPolicy.shop {
            #expect(table[policy] == RateLimitPolicy(policy.name, quota: 1, in: .seconds(2)))
        }
    }
}
