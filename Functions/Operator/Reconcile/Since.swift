import Kernel

/// Parser for `--since` of a reconciliation run.
enum Since {
    static let expected =
        "a time ago such as 30d or 12h, a date such as 2026-11-20, or a time such as 2026-11-20T18:00:00Z"

    /// Parses a time; `nil` if it is invalid or in the future.
    static func parse(_ text: String, at now: Instant) -> Instant? {
        let moment = ago(text, now) ?? Instant(date: text) ?? Instant(rfc3339: text)
        return moment.flatMap { $0 <= now ? $0 : nil }
    }

    /// Parses a number of days, hours or minutes, up to ten years.
    private static func ago(_ text: String, _ now: Instant) -> Instant? {
        let seconds = ["d": 86_400, "h": 3_600, "m": 60]
        guard let unit = text.last.flatMap({ seconds[String($0)] }), text.dropLast().allSatisfy(\.isASCII),
            let number = Int(text.dropLast()), number > 0, number <= 10 * 366 * 86_400 / unit
        else { return nil }
        return now - .seconds(number * unit)
    }
}
