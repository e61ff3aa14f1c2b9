import Kernel
import Testing

@Suite("Money")
struct MoneyTests {
    @Test(
        "is written with the digits its currency has",
        arguments: [
            (4900, "usd", "49.00 USD"), (5, "eur", "0.05 EUR"), (4900, "jpy", "4900 JPY"), (1250, "kwd", "1.250 KWD"),
            (-4900, "usd", "-49.00 USD"), (0, "usd", "0.00 USD"),
        ])
    func formatted(minorUnits: Int64, code: String, expected: String) throws {
        let currency = try #require(Currency(code))
        #expect(Money(minorUnits: minorUnits, currency: currency).formatted == expected)
    }

    @Test(
        "is read from what a person typed, exactly, with the digits its currency has",
        arguments: [
            ("12.50", "usd", 1250), ("12.5", "usd", 1250), ("12", "usd", 1200), ("0.05", "eur", 5), ("0", "usd", 0),
            ("4900", "jpy", 4900), ("1.25", "kwd", 1250), ("1.250", "kwd", 1250), ("007", "usd", 700),
            ("92233720368547758.07", "usd", Int64.max), ("0.29", "usd", 29), ("4.35", "usd", 435),
        ])
    func typed(text: String, code: String, minorUnits: Int64) throws {
        let currency = try #require(Currency(code))
        #expect(Money(text, currency: currency)?.minorUnits == minorUnits)
    }

    @Test(
        "is not parsed from an ambiguous or invalid text",
        arguments: [
            ("", "usd"), (".", "usd"), (".50", "usd"), ("12.", "usd"), ("12.505", "usd"), ("12,50", "usd"),
            ("1,200", "usd"), ("1.200,00", "usd"), ("1.2.3", "usd"), ("-1", "usd"), ("+1", "usd"), (" 1", "usd"),
            ("1 ", "usd"), ("1e3", "usd"), ("12.50 USD", "usd"), ("$12", "usd"), ("٣", "usd"), ("49.00", "jpy"),
            ("1.2505", "kwd"), ("92233720368547758.08", "usd"), ("9223372036854775808", "jpy"),
        ])
    func ambiguous(text: String, code: String) throws {
        let currency = try #require(Currency(code))
        #expect(Money(text, currency: currency) == nil)
    }

    @Test("takes three letters in any case and nothing else as a currency")
    func currency() {
        #expect(Currency("USD")?.code == "usd")
        #expect(["", "us", "usdx", "u5d", "ус"].allSatisfy { Currency($0) == nil })
    }
}
