import Testing

@testable import EmailMessage

@Suite("Line wrap")
struct LineWrapTests {
    @Test(
        "breaks at blanks and nowhere else",
        arguments: [
            ("aaa bbb ccc", "aaa bbb\nccc"), ("aaa bbb", "aaa bbb"), ("  aaa bbb ccc", "  aaa\n  bbb\n  ccc"),
            ("- aaa bbb ccc", "- aaa\n  bbb\n  ccc"), ("https://a.example/long", "https://a.example/long"),
            ("a https://a.example b", "a\nhttps://a.example\nb"), ("\n\n", "\n\n"), ("        ", "        "),
        ])
    func wraps(text: String, expected: String) {
        #expect(LineWrap.wrap(text, at: 8) == expected)
    }
}
