import Kernel
import Testing

@Suite("Bytes")
struct BytesTests {
    @Test(
        "append a number's digits",
        arguments: [
            (0, 1, "0"), (7, 1, "7"), (10, 1, "10"), (-45, 1, "-45"), (5, 2, "05"), (2026, 4, "2026"),
            (99_999, 4, "99999"),
            (0, 6, "000000"), (Int64.max, 1, "9223372036854775807"), (Int64.min, 1, "-9223372036854775808"),
        ])
    func decimal(number: Int64, width: Int, text: String) {
        var bytes = Array("x".utf8)
        bytes.append(decimal: number, width: width)
        #expect(String(decoding: bytes, as: UTF8.self) == "x\(text)")
    }

    @Test(
        "find a pair of bytes in a text",
        arguments: [
            ("a=?b", true), ("=?", true), ("?=", false), ("=", false), ("", false), ("= ?", false), ("é=é?", false),
        ])
    func pair(text: String, isThere: Bool) {
        #expect(text.hasPair(UInt8(ascii: "="), UInt8(ascii: "?")) == isThere)
    }
}
