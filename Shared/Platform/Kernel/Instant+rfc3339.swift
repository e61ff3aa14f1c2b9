extension Instant {
    /// Parses an RFC 3339 time with `Z` or an offset, such as `2026-11-20T18:59:00.5+01:00`.
    ///
    /// Returns `nil` for any other text, for a date that does not exist, and for a leap second. Digits beyond
    /// microseconds are truncated.
    package init?(rfc3339 text: String) {
        var reader = TimeReader(rest: text.utf8[...])
        guard let day = reader.day(), reader.take("T"), let hour = reader.number(2, 0...23), reader.take(":"),
            let minute = reader.number(2, 0...59), reader.take(":"), let second = reader.number(2, 0...59),
            let fraction = reader.fraction(), let offset = reader.offset(), reader.rest.isEmpty
        else { return nil }
        let seconds = day * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    /// Parses a UTC time in the basic format of ISO 8601, which has no colons: `20261120T185900Z`.
    package init?(basic text: some StringProtocol) {
        let parts = Array(text.utf8)
        guard parts.count == 16 else { return nil }
        func digits(_ range: Range<Int>) -> String { String(decoding: parts[range], as: UTF8.self) }
        self.init(
            rfc3339: "\(digits(0..<4))-\(digits(4..<6))-\(digits(6..<8))\(digits(8..<9))\(digits(9..<11)):"
                + "\(digits(11..<13)):\(digits(13..<15))\(digits(15..<16))")
    }

    /// Parses a date such as `2026-11-20` as its start in UTC.
    package init?(date text: String) {
        var reader = TimeReader(rest: text.utf8[...])
        guard let day = reader.day(), reader.rest.isEmpty else { return nil }
        self.init(microseconds: day * 86_400 * 1_000_000)
    }
}

/// Parses the parts of a time from the front of a text.
private struct TimeReader {
    var rest: Substring.UTF8View

    mutating func take(_ symbol: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: symbol) else { return false }
        rest.removeFirst()
        return true
    }

    /// Parses a number of exactly `count` digits.
    mutating func number(_ count: Int, _ range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(\.isASCIIDigit) else { return nil }
        rest = rest.dropFirst(count)
        let number = digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return range.contains(number) ? number : nil
    }

    /// Parses a date as days since 1970-01-01; `nil` if it does not exist.
    mutating func day() -> Int64? {
        guard let year = number(4, 1...9_999), take("-"), let month = number(2, 1...12), take("-"),
            let day = number(2, 1...31)
        else { return nil }
        let days = CivilTime.days(year, month, day)
        return CivilTime(Instant(unixSeconds: days * 86_400)).day == day ? days : nil
    }

    /// Parses the fraction of a second as microseconds; zero if there is no decimal point.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        let digits = rest.prefix(while: \.isASCIIDigit)
        guard (1...18).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let known = digits.prefix(6)
        let number = known.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return (known.count..<6).reduce(number) { number, _ in number * 10 }
    }

    /// Parses an offset as minutes east of UTC.
    mutating func offset() -> Int64? {
        if take("Z") { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard isWest ? take("-") : take("+"), let hours = number(2, 0...23), take(":"),
            let minutes = number(2, 0...59)
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
}
