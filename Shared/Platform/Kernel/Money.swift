/// An amount in a currency's minor unit (cents for `usd`, yen for `jpy`).
package struct Money: Equatable, Hashable, Sendable {
    /// The number of minor units; negative only for money returned.
    package let minorUnits: Int64
    /// The currency.
    package let currency: Currency

    /// Creates an amount.
    package init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Parses an amount typed by a person, such as `12.50`; `nil` unless it is unambiguous.
    ///
    /// It consists of digits and, after a point, at most as many as the currency has: no sign, no blanks, and no comma,
    /// which some use for thousands and others as the decimal point.
    package init?(_ text: some StringProtocol, currency: Currency) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let (whole, fraction) = (Array(parts[0]), parts.count == 2 ? Array(parts[1]) : [])
        guard !whole.isEmpty, parts.count == 1 || !fraction.isEmpty, fraction.count <= currency.minorUnitDigits,
            (whole + fraction).allSatisfy(\.isASCIIDigit)
        else { return nil }
        let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: currency.minorUnitDigits - fraction.count)
        guard let minorUnits = Int64(String(decoding: whole + fraction + zeros, as: UTF8.self)) else { return nil }
        self.init(minorUnits: minorUnits, currency: currency)
    }

    /// Returns the amount `count` times; `nil` beyond what an amount can be.
    package func times(_ count: Int) -> Money? {
        let (product, isTooLarge) = minorUnits.multipliedReportingOverflow(by: Int64(count))
        return isTooLarge ? nil : Money(minorUnits: product, currency: currency)
    }

    /// The amount as people write it, followed by the code: `49.00 USD`, `4900 JPY`, `1.250 KWD`.
    package var formatted: String {
        let digits = currency.minorUnitDigits
        let sign = minorUnits < 0 ? "-" : ""
        let text = String(minorUnits.magnitude)
        guard digits > 0 else { return "\(sign)\(text) \(currency.code.uppercased())" }
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits)) \(currency.code.uppercased())"
    }
}

/// An ISO 4217 currency code in lower case, as in Stripe's API.
package struct Currency: Equatable, Hashable, Sendable {
    /// The three lower-case letters.
    package let code: String

    /// Parses three ASCII letters in any case; `nil` for anything else.
    package init?(_ text: String) {
        let lower = text.lowercased()
        guard lower.utf8.count == 3, lower.utf8.allSatisfy(\.isASCIILowercase)
        else { return nil }
        code = lower
    }

    /// The number of digits after the decimal point, from Stripe's list of zero- and three-decimal currencies.
    ///
    /// Source: <https://docs.stripe.com/currencies#zero-decimal>
    package var minorUnitDigits: Int {
        if Currency.zeroDecimal.contains(code) { return 0 }
        if Currency.threeDecimal.contains(code) { return 3 }
        return 2
    }

    private static let zeroDecimal: Set<String> = [
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
    ]
    private static let threeDecimal: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]
}
