import FoundationEssentials
import Kernel

extension Instant {
    /// What stands for a moment in the past on a command line: `30d`, `12h`, `90m`, `2026-11-20` or
    /// `2026-11-20T18:59:00Z`, all in UTC; `nil` for anything else.
    init?(typed text: String, now: Instant) {
        let units: [Character: Int64] = ["d": 86_400, "h": 3_600, "m": 60]
        if let unit = text.last.flatMap({ units[$0] }) {
            guard let count = Int64(text.dropLast()), (0...36_500).contains(count) else { return nil }
            self = now - .seconds(count * unit)
            return
        }
        let whole = text.utf8.count == 10 ? "\(text)T00:00:00Z" : text
        guard whole.hasSuffix("Z"), let date = try? Date.ISO8601FormatStyle().parse(whole) else { return nil }
        self.init(unixSeconds: Int64(date.timeIntervalSince1970))
        // Foundation reads the 31st of November as the 1st of December.
        guard CivilTime(self).rfc3339.prefix(19) == whole.dropLast() else { return nil }
    }
}
