import Crypto
import HTTP
import Kernel
import RateLimiting
import Settings
import Testing

private let byAddress = RateLimitPolicy("by-address", quota: 30, in: .seconds(60))
private let byLink = RateLimitPolicy("by-link", quota: 60, in: .seconds(60))
private let byMailbox = RateLimitPolicy("by-mailbox", quota: 30, in: .seconds(3600))
private let policies = [byAddress, byLink, byMailbox]

@Suite("Rate limit table")
struct RateLimitTableTests {
    @Test("overrides the named policies and no others")
    func overrides() throws {
        var read = SettingsReader(["RATE_LIMITS": "by-address=3000/60, by-link = 5 / 3600"])
        let table = RateLimitTable(policies, &read)
        try read.finish()
        #expect(table[byAddress] == RateLimitPolicy("by-address", quota: 3000, in: .seconds(60)))
        #expect(table[byLink] == RateLimitPolicy("by-link", quota: 5, in: .seconds(3600)))
        #expect(table[byMailbox] == byMailbox)
        var absent = SettingsReader([:])
        #expect(RateLimitTable(policies, &absent) == RateLimitTable())
        try absent.finish()
    }

    @Test(
        "refuses an invalid value, and names only the setting",
        arguments: [
            "off", "by-address", "by-address=30", "by-address=0/60", "by-address=30/0",
            "by-address=-1/60", "by-address=1000001/60", "by-address=1/86401", "nothing=30/60",
            "by-address=30/60,", "by-address=30/60,by-address=31/60", "by-address=30/60/1",
            "by-address=9223372036854775808/60", "=30/60", ",",
        ])
    func refuses(text: String) throws {
        var read = SettingsReader(["RATE_LIMITS": text])
        _ = RateLimitTable(policies, &read)
        let fault = try #require(throws: SettingsFault.self) { try read.finish() }
        #expect(fault.invalid.map(\.name) == ["RATE_LIMITS"])
        #expect(fault.lines.joined().contains("by-address, by-link, by-mailbox"))
    }

    @Test("counts an IPv6 /64 as one caller, and two IPv4 addresses as two")
    func callers() {
        let table = RateLimitTable()
        let key = { (address: String) in table.limits(byAddress, address: address)[0].key }
        #expect(key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        #expect(key("2001:db8:1:2::1") != key("2001:db8:1:3::1"))
        #expect(key("203.0.113.7") != key("203.0.113.8"))
        #expect(key("::ffff:203.0.113.7") == key("203.0.113.7"))
        #expect(key("") == key("") && key("") != key("203.0.113.7"))
    }

    @Test("counts an IPv6 caller also by its /56 and /48, with 4 and 16 times the quota, and an IPv4 caller once")
    func networks() {
        let table = RateLimitTable()
        let limits = table.limits(byAddress, address: "2001:db8:1:203::1")
        #expect(limits.map(\.policy.quota) == [30, 120, 480])
        #expect(limits.map(\.policy.window) == Array(repeating: .seconds(60), count: 3))
        #expect(limits.map(\.policy.name) == ["by-address", "by-address-56", "by-address-48"])
        let shared = { (address: String) in
            zip(limits, table.limits(byAddress, address: address)).map { $0.key == $1.key }
        }
        #expect(shared("2001:db8:1:203:ffff::") == [true, true, true])
        #expect(shared("2001:db8:1:2ff::1") == [false, true, true])
        #expect(shared("2001:db8:1:303::1") == [false, false, true])
        #expect(shared("2001:db8:2:203::1") == [false, false, false])
        #expect(table.limits(byAddress, address: "203.0.113.7").map(\.policy) == [byAddress])
        #expect(table.limits(byAddress, address: "::ffff:203.0.113.7").map(\.policy) == [byAddress])
    }

    @Test("stores a digest of the rule and the subject, never the subject")
    func keys() {
        let table = RateLimitTable()
        let key = table.limit(byMailbox, of: "buyer@example.com".utf8).key
        #expect(key == SHA256.hash(Array("by-mailbox".utf8) + [0] + Array("buyer@example.com".utf8)))
        #expect(
            table.limits(byAddress, address: "203.0.113.7")[0].key
                != table.limits(byLink, address: "203.0.113.7")[0].key)
    }
}
