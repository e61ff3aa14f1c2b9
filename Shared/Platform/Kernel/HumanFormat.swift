/// Times and sizes in a form for people.
package enum HumanFormat {
    /// Returns `27 November 2026, 18:59 UTC`.
    package static func minute(_ instant: Instant) -> String {
        let time = CivilTime(instant)
        return "\(time.longDate), \(twoDigits(time.hour)):\(twoDigits(time.minute)) UTC"
    }

    /// Returns `24.6 MB`, in powers of a thousand, as shops and browsers write sizes.
    package static func size(_ bytes: Int64) -> String {
        guard bytes >= 1_000 else { return "\(max(0, bytes)) bytes" }
        let units: [(name: String, tenth: Int64)] = [("kB", 100), ("MB", 100_000), ("GB", 100_000_000)]
        let sizes = units.map { (name: $0.name, tenths: rounded(bytes, to: $0.tenth)) }
        let fitting = sizes.first { $0.tenths < 10_000 } ?? sizes[sizes.count - 1]
        return "\(fitting.tenths / 10).\(fitting.tenths % 10) \(fitting.name)"
    }

    private static func rounded(_ number: Int64, to unit: Int64) -> Int64 {
        number / unit + (number % unit * 2 >= unit ? 1 : 0)
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
