/// A date and time of day in UTC, for the text formats of other systems.
package struct CivilTime: Equatable, Sendable {
    /// The year, such as 2026.
    package let year: Int
    /// 1 is January.
    package let month: Int
    /// The day of the month, from 1.
    package let day: Int
    /// From 0 to 23.
    package let hour: Int
    /// From 0 to 59.
    package let minute: Int
    /// From 0 to 59; Unix time has no leap seconds.
    package let second: Int
    /// From 0 to 999,999.
    package let microsecond: Int
    /// 0 is Sunday.
    package let weekday: Int

    /// Converts `instant` to UTC in the proleptic Gregorian calendar.
    ///
    /// Days are counted in 400-year eras that start on the first of March, so that leap days come last.
    package init(_ instant: Instant) {
        let seconds = instant.unixSeconds
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let secondOfDay = seconds - days * 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
        self.month = Int(month)
        day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        hour = Int(secondOfDay / 3_600)
        minute = Int(secondOfDay / 60 % 60)
        second = Int(secondOfDay % 60)
        microsecond = Int(instant.microseconds - seconds * 1_000_000)
        weekday = Int(((days + 4) % 7 + 7) % 7)
    }

    /// Days from 1970-01-01 to a date, the inverse of the initializer.
    static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// RFC 3339 with microseconds: `2026-11-20T18:59:00.000000Z`.
    package var rfc3339: String {
        text { bytes in
            bytes.append(decimal: year, width: 4)
            add("-", month, to: &bytes)
            add("-", day, to: &bytes)
            add("T", hour, to: &bytes)
            add(":", minute, to: &bytes)
            add(":", second, to: &bytes)
            bytes.append(UInt8(ascii: "."))
            bytes.append(decimal: microsecond, width: 6)
            bytes.append(UInt8(ascii: "Z"))
        }
    }

    /// ISO 8601 basic format, as in Google's V4 signatures: `20261120T185900Z`.
    package var iso8601Basic: String {
        text { bytes in
            bytes.append(decimal: year, width: 4)
            for number in [month, day] { bytes.append(decimal: number, width: 2) }
            add("T", hour, to: &bytes)
            for number in [minute, second] { bytes.append(decimal: number, width: 2) }
            bytes.append(UInt8(ascii: "Z"))
        }
    }

    /// RFC 5322 section 3.3: `Fri, 20 Nov 2026 18:59:00 +0000`.
    package var rfc5322: String { dated("+0000") }

    /// RFC 9110 section 5.6.7: `Fri, 20 Nov 2026 18:59:00 GMT`.
    package var httpDate: String { dated("GMT") }

    /// A date for people: `20 November 2026`.
    package var longDate: String {
        "\(day) \(CivilTime.months[month - 1]) \(text { $0.append(decimal: year, width: 4) })"
    }

    private func dated(_ zone: String) -> String {
        text { bytes in
            bytes += "\(CivilTime.weekdays[weekday]), ".utf8
            bytes.append(decimal: day, width: 2)
            bytes += " \(CivilTime.months[month - 1].prefix(3)) ".utf8
            bytes.append(decimal: year, width: 4)
            add(" ", hour, to: &bytes)
            add(":", minute, to: &bytes)
            add(":", second, to: &bytes)
            bytes += " \(zone)".utf8
        }
    }

    private func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(31)
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func add(_ separator: Unicode.Scalar, _ number: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: separator))
        bytes.append(decimal: number, width: 2)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
