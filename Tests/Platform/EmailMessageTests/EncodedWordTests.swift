import Crypto
import Testing

@testable import EmailMessage

@Suite("Encoded words")
struct EncodedWordTests {
    @Test(
        "are Q or B after RFC 2047 section 4, whichever is shorter",
        arguments: [
            ("a", "=?UTF-8?Q?a?="), ("a b", "=?UTF-8?Q?a_b?="), ("a_b=c as it is", "=?UTF-8?Q?a=5Fb=3Dc_as_it_is?="),
            ("Andr\u{E9} Pirard", "=?UTF-8?Q?Andr=C3=A9_Pirard?="), ("\u{F1}", "=?UTF-8?B?w7E=?="),
            ("\u{65E5}\u{672C}", "=?UTF-8?B?5pel5pys?="),
        ])
    func words(text: String, expected: String) {
        #expect(EncodedWord.words(text, after: 9) == [expected])
    }

    @Test("never end inside a character", arguments: ["🎛", "ü", "日", "a\u{301}🎉"])
    func whole(unit: String) throws {
        for lead in 0..<8 {
            let text = String(repeating: "x", count: lead) + String(repeating: unit, count: 60)
            for word in EncodedWord.words(text, after: 9) where word.hasPrefix("=?UTF-8?B?") {
                let payload = word.dropFirst(10).dropLast(2)
                #expect(payload.utf8.count % 4 == 0)
                #expect(String(validating: decodeBase64(payload), as: UTF8.self) != nil)
            }
        }
    }
}

private func decodeBase64(_ text: Substring) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bits = text.compactMap { alphabet.firstIndex(of: $0) }
        .flatMap { value in (0..<6).map { value >> (5 - $0) & 1 } }
    return stride(from: 0, to: bits.count / 8 * 8, by: 8).map { start in
        UInt8(bits[start..<start + 8].reduce(0) { $0 << 1 | $1 })
    }
}
