import Kernel

extension Instant {
    /// Parses a time in UTC: `30d`, `12h` or `90m` ago, `2026-11-20` or `2026-11-20T18:59:00Z`; `nil` if invalid.
    init?(typed text: String, now: Instant) {
        let units: [Character: Int64] = ["d": 86_400, "h": 3_600, "m": 60]
        if let unit = text.last.flatMap({ units[$0] }) {
            guard let count = Int64(text.dropLast()), (0...36_500).contains(count) else { return nil }
            self = now - .seconds(count * unit)
            return
        }
        guard let moment = Instant(date: text) ?? (text.hasSuffix("Z") ? Instant(rfc3339: text) : nil) else {
            return nil
        }
        self = moment
    }
}
