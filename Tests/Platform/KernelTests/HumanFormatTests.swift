import Kernel
import Testing

@Suite("Human format")
struct HumanFormatTests {
    @Test(
        "writes sizes in powers of a thousand",
        arguments: [
            (0, "0 bytes"), (-1, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (1_049, "1.0 kB"),
            (1_050, "1.1 kB"),
            (999_949, "999.9 kB"), (999_950, "1.0 MB"), (24_612_345, "24.6 MB"), (4_500_000_000, "4.5 GB"),
            (1_049_950, "1.0 MB"), (Int64.max, "9223372036.9 GB"),
        ])
    func sizes(bytes: Int64, expected: String) {
        #expect(HumanFormat.size(bytes) == expected)
    }

    @Test("writes a time to the minute, in UTC")
    func minute() {
        #expect(HumanFormat.minute(Instant(unixSeconds: 1_795_804_740)) == "27 November 2026, 18:39 UTC")
        #expect(HumanFormat.minute(Instant(unixSeconds: 0)) == "1 January 1970, 00:00 UTC")
    }
}
