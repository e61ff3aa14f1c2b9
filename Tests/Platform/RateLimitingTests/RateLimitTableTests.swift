import Crypto
import HTTP
import Kernel
import RateLimiting
import Settings
import Testing

@Suite("Rate limit table")
struct RateLimitTableTests {
    @Test("has a row for every rule, under a name that programs can rely on")
    func rows() {
        let table = RateLimitTable()
        for rule in RateLimitRule.allCases {
            #expect(table[rule].name == rule.rawValue)
            #expect(rule.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
            #expect(table[rule].quota >= 30, "an impatient buyer meets \(rule.rawValue)")
            #expect(table[rule].window <= .seconds(3600), "\(rule.rawValue) keeps somebody out for long")
        }
        #expect(table[.checkoutAddress] == RateLimitPolicy("checkout-address", quota: 30, in: .seconds(60)))
    }

    @Test("overrides the named rules and no others")
    func overrides() throws {
        var read = SettingsReader(["RATE_LIMITS": "checkout-address=3000/60, download-link = 5 / 3600"])
        let table = RateLimitTable(&read)
        try read.finish()
        #expect(table[.checkoutAddress] == RateLimitPolicy("checkout-address", quota: 3000, in: .seconds(60)))
        #expect(table[.downloadLink] == RateLimitPolicy("download-link", quota: 5, in: .seconds(3600)))
        #expect(table[.downloadAddress] == RateLimitRule.downloadAddress.standard)
        var absent = SettingsReader([:])
        #expect(RateLimitTable(&absent) == RateLimitTable())
        try absent.finish()
    }

    @Test(
        "refuses an invalid value, and names only the setting",
        arguments: [
            "off", "checkout-address", "checkout-address=30", "checkout-address=0/60", "checkout-address=30/0",
            "checkout-address=-1/60", "checkout-address=1000001/60", "checkout-address=1/86401", "nothing=30/60",
            "checkout-address=30/60,", "checkout-address=30/60,checkout-address=31/60", "checkout-address=30/60/1",
            "checkout-address=9223372036854775808/60", "=30/60", ",",
        ])
    func refuses(text: String) throws {
        var read = SettingsReader(["RATE_LIMITS": text])
        _ = RateLimitTable(&read)
        let fault = try #require(throws: SettingsFault.self) { try read.finish() }
        #expect(fault.invalid.map(\.name) == ["RATE_LIMITS"])
        #expect(fault.lines.joined().contains("checkout-address, download-address"))
    }

    @Test("counts an IPv6 /64 as one caller, and two IPv4 addresses as two")
    func callers() {
        let table = RateLimitTable()
        let key = { (address: String) in table.limit(.checkoutAddress, address: address).key }
        #expect(key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        #expect(key("2001:db8:1:2::1") != key("2001:db8:1:3::1"))
        #expect(key("203.0.113.7") != key("203.0.113.8"))
        #expect(key("::ffff:203.0.113.7") == key("203.0.113.7"))
        #expect(key("") == key("") && key("") != key("203.0.113.7"))
    }

    @Test("stores a digest of the rule and the subject, never the subject")
    func keys() {
        let table = RateLimitTable()
        let key = table.limit(.resendMailbox, of: "buyer@example.com".utf8).key
        #expect(key == SHA256.hash(Array("resend-mailbox".utf8) + [0] + Array("buyer@example.com".utf8)))
        #expect(
            table.limit(.checkoutAddress, address: "203.0.113.7").key
                != table.limit(.downloadAddress, address: "203.0.113.7").key)
    }
}
