import Kernel
import Testing

@Suite("Civil time")
struct TimeTests {
    @Test(
        "agrees with the calendar, leap days and years before 1970 included",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (951_782_400, "2000-02-29T00:00:00.000000Z"),
            (4_107_542_399, "2100-02-28T23:59:59.000000Z"), (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.000000Z"), (1_795_201_140, "2026-11-20T18:59:00.000000Z"),
        ])
    func rfc3339(seconds: Int64, expected: String) {
        #expect(CivilTime(Instant(unixSeconds: seconds)).rfc3339 == expected)
    }

    @Test("writes the forms other systems read")
    func forms() {
        let time = CivilTime(Instant(unixSeconds: 1_795_201_140))
        #expect(time.rfc5322 == "Fri, 20 Nov 2026 18:59:00 +0000")
        #expect(time.httpDate == "Fri, 20 Nov 2026 18:59:00 GMT")
        #expect(time.iso8601Basic == "20261120T185900Z")
        #expect(time.longDate == "20 November 2026")
    }

    @Test(
        "reads RFC 3339 and dates, the inverse of what it writes",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T00:00:00.000000Z", 951_782_400_000_000),
            ("1969-12-31T23:59:59.999999Z", -1), ("2026-11-20T18:59:00.5Z", 1_795_201_140_500_000),
            ("2026-11-20T18:59:00.1234569Z", 1_795_201_140_123_456),
            ("2026-11-20T19:59:00+01:00", 1_795_201_140_000_000), ("2026-11-20T13:29:00-05:30", 1_795_201_140_000_000),
            ("2026-11-20T18:59:00-00:00", 1_795_201_140_000_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
        ])
    func reads(text: String, microseconds: Int64) throws {
        let instant = try #require(Instant(rfc3339: text))
        #expect(instant.microseconds == microseconds)
        #expect(Instant(rfc3339: CivilTime(instant).rfc3339) == instant)
        if text.hasSuffix("T00:00:00Z") { #expect(Instant(date: String(text.prefix(10))) == instant) }
    }

    @Test("reads each day of 800 years as the day that it writes")
    func days() {
        for day in Int64(-146_097)..<146_097 {
            let instant = Instant(unixSeconds: day * 86_400)
            guard Instant(date: String(CivilTime(instant).rfc3339.prefix(10))) != instant else { continue }
            Issue.record("\(CivilTime(instant).rfc3339)")
        }
    }

    @Test(
        "reads no other text, and no day or time that does not exist",
        arguments: [
            "", "2026-11-20", "2026-11-20T18:59:00", "2026-11-20T18:59Z", "2026-11-20 18:59:00Z",
            "2026-11-20t18:59:00Z",
            "2026-11-20T18:59:00z", "20261120T185900Z", "2026-11-31T00:00:00Z", "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z",
            "2026-11-20T24:00:00Z", "2026-11-20T18:60:00Z", "2026-11-20T18:59:60Z", "2026-11-20T18:59:00.Z",
            "2026-11-20T18:59:00,5Z", "2026-11-20T18:59:00+0100", "2026-11-20T18:59:00+24:00", "2026-11-20T18:59:00+01",
            "2026-11-20T18:59:00Zx", " 2026-11-20T18:59:00Z", "2026-11-20T18:59:00Z ", "-2026-11-20T18:59:00Z",
            "٢٠٢٦-11-20T18:59:00Z", "+026-11-20T18:59:00Z", "2026-11-20T18:59:00.0000000000000000000Z",
        ])
    func refuses(text: String) {
        #expect(Instant(rfc3339: text) == nil)
        #expect(Instant(date: text + "x") == nil && Instant(date: String(text.dropLast())) == nil)
    }

    @Test("clamps seconds that do not fit instead of trapping")
    func clamps() {
        #expect(Instant(unixSeconds: .max) > Instant(unixSeconds: 0))
        #expect(Instant(unixSeconds: .min) < Instant(unixSeconds: 0))
    }
}
