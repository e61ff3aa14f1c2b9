import Kernel

extension Instant {
    /// The time to the second: `2026-11-20 18:59:00 UTC`.
    var toTheSecond: String {
        let text = CivilTime(self).rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}
