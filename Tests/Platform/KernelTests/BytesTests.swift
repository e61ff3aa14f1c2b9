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

    @Test("are classed as ASCII has them, and no byte beyond ASCII is in a class")
    func classes() {
        let (digits, lower, upper) = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        func members(_ isMember: (UInt8) -> Bool) -> String {
            String(decoding: (UInt8.min ... .max).filter(isMember), as: UTF8.self)
        }
        #expect(members(\.isASCIIDigit) == digits)
        #expect(members(\.isASCIILowercase) == lower)
        #expect(members(\.isASCIILetter) == upper + lower)
        #expect(members(\.isASCIIAlphanumeric) == digits + upper + lower)
        #expect(members { $0.hexadecimalValue != nil } == "0123456789ABCDEFabcdef")
        #expect(members { $0.lowercaseHexadecimalValue != nil } == "0123456789abcdef")
        for value in UInt8(0)..<16 {
            let digit = (value | 0xF0).hexadecimalDigit
            #expect(digit.lowercaseHexadecimalValue == value && digit.hexadecimalValue == value)
        }
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
