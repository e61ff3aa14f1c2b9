import Kernel
import Support
import Testing

@Suite("Sanitized text")
struct SafeTextTests {
    @Test("on one line is every run of blanks and control characters as one space, in 20,000 random texts")
    func singleLine() {
        var random = SeededGenerator(seed: 3)
        let parts: [Unicode.Scalar] = [
            " ", " ", "a", "a", "é", "\n", "\r", "\t", "\0", "\u{7F}", "\u{85}", "\u{A0}", "\u{2028}", "\u{2029}",
            "\u{202A}",
        ]
        for _ in 0..<20_000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...6, using: &random) { scalars.append(random.one(of: parts)) }
            let text = String(scalars)
            var expected = ""
            for scalar in text.unicodeScalars {
                let isBlank =
                    scalar == " " || scalar.properties.generalCategory == .control
                    || ["\u{2028}", "\u{2029}"].contains(scalar)
                if !isBlank {
                    expected.unicodeScalars.append(scalar)
                } else if expected.unicodeScalars.last != " " {
                    expected += " "
                }
            }
            let trimmed = expected.unicodeScalars.drop { $0 == " " }
            let result = String(String.UnicodeScalarView(trimmed.last == " " ? trimmed.dropLast() : trimmed))
            #expect(SafeText.singleLine(text) == result, "\(text.debugDescription)")
        }
    }
}
