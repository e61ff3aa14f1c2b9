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

    @Test("clamps seconds that do not fit instead of trapping")
    func clamps() {
        #expect(Instant(unixSeconds: .max) > Instant(unixSeconds: 0))
        #expect(Instant(unixSeconds: .min) < Instant(unixSeconds: 0))
    }
}
