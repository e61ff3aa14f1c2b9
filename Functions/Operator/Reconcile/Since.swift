import FoundationEssentials
import Kernel

/// From when on, as a seller types it.
enum Since {
    static let expected =
        "a time ago such as 30d or 12h, a date such as 2026-11-20, or a time such as 2026-11-20T18:00:00Z"

    /// The moment that is meant; `nil` when it is none, or is still to come.
    static func parse(_ text: String, at now: Instant) -> Instant? {
        let moment = ago(text, now) ?? date(text)
        return moment.flatMap { $0 <= now ? $0 : nil }
    }

    /// A number of days, hours or minutes, up to ten years.
    private static func ago(_ text: String, _ now: Instant) -> Instant? {
        let seconds = ["d": 86_400, "h": 3_600, "m": 60]
        guard let unit = text.last.flatMap({ seconds[String($0)] }), text.dropLast().allSatisfy(\.isASCII),
            let number = Int(text.dropLast()), number > 0, number <= 10 * 366 * 86_400 / unit
        else { return nil }
        return now - .seconds(number * unit)
    }

    /// A date in UTC, or a date with a time and an offset.
    private static func date(_ text: String) -> Instant? {
        let styles = [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle().year().month().day()]
        for style in styles where text.utf8.count == 10 || text.utf8.count >= 20 {
            guard let date = try? style.parse(text) else { continue }
            return Instant(unixSeconds: Int64(date.timeIntervalSince1970.rounded(.down)))
        }
        return nil
    }
}
