import Crypto
import Support
import Testing

@Suite("Base64, Base64URL and hexadecimal")
struct TextCodingTests {
    private struct RFC4648: Decodable {
        struct Cases: Decodable { let base64: [[String]] }
        let rfc4648: Cases
    }

    @Test(
        "Base64 refuses every spelling but its own",
        arguments: [
            "Zh==", "Zm9=", "Zg", "Zg=", "Zg===", "Zm8", " Zg==", "Zg== ", "Zg==\n", "Zg\n==", "Z=g=", "=Zg=", "====",
            "=", "==", "Zm9v====", "Zm9vZg==Zm9v", "Zm9_", "Zm9-", "Zm9\u{0}", "Zm9é", "\nZm9v", "Zm9v\n\n\n\n", "    ",
            "----",
        ])
    func strict(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(
        "Base64URL refuses padding, the plain alphabet and stray bits",
        arguments: ["Zg==", "Zm8=", "+w", "/w", "Zh", "Zm9", "Z", "Zm9vZ", " Zg", "Zg\n", "Z g", "--==", "é"])
    func strictURL(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("Base64 and RFC 4648 agree")
    func rfc4648() throws {
        let file = try vector("rfc_misc.json", as: RFC4648.self)
        #expect(file.rfc4648.base64.count == 7)
        for pair in file.rfc4648.base64 {
            #expect(Base64.encode(Array(pair[0].utf8)) == pair[1])
            #expect(Base64.decode(pair[1]) == Array(pair[0].utf8))
            #expect(Base64.encodedLength(pair[0].utf8.count) == pair[1].utf8.count)
        }
    }

    @Test("every length and byte comes back", arguments: 0...66)
    func roundTrip(count: Int) {
        for start in stride(from: 0, to: 256, by: 5) {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: start + $0 * 37) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test("Base64URL writes 62 and 63 its own way and no padding")
    func url() {
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
    }

    @Test("hexadecimal is lower case and even", arguments: ["0", "0G", "0A", "FF", " 00", "0x00", "é"])
    func hex(text: String) {
        #expect(Hex.decode(text) == nil)
        #expect(Hex.encode([0x00, 0x0F, 0xA5, 0xFF]) == "000fa5ff")
    }
}
