import Testing

@testable import EmailMessage

@Suite("Quoted-printable")
struct QuotedPrintableTests {
    @Test(
        "encodes what RFC 2045 section 6.7 says must be",
        arguments: [
            ("a=b", "a=3Db"), ("end ", "end=20"), ("tab\t\nx", "tab=09\r\nx"), ("a b\tc", "a b\tc"), ("é", "=C3=A9"),
            ("", ""), ("\n\n", "\r\n\r\n"),
        ])
    func encodes(text: String, expected: String) {
        #expect(String(decoding: QuotedPrintable.encode(text), as: UTF8.self) == expected)
    }

    @Test("breaks long lines softly at 76, never inside a character", arguments: ["x", "é", "日", "🎛"])
    func soft(unit: String) {
        for lead in 0..<12 {
            let text = String(repeating: "-", count: lead) + String(repeating: unit, count: 100)
            let lines = String(decoding: QuotedPrintable.encode(text), as: UTF8.self).split(separator: "\r\n")
            #expect(lines.allSatisfy { $0.utf8.count <= 76 })
            #expect(lines.dropLast().allSatisfy { $0.hasSuffix("=") })
            for line in lines.dropFirst() where unit != "x" { #expect(line.hasPrefix(encoded(unit))) }
        }
    }

    private func encoded(_ unit: String) -> String { String(decoding: QuotedPrintable.encode(unit), as: UTF8.self) }
}
