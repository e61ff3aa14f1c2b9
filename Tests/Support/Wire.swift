/// A message's bytes, looked at as a mail server would.
package struct Wire {
    /// All of it as text.
    package let text: String
    /// Its lines, without their ends.
    package let lines: [ArraySlice<UInt8>]
    /// Whether it is ASCII whose every line ends in CRLF.
    package let isASCIIWithCRLF: Bool

    /// A view of `bytes`.
    package init(_ bytes: [UInt8]) {
        text = String(decoding: bytes, as: UTF8.self)
        lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map { $0.last == 13 ? $0.dropLast() : $0 }
        let bare = zip([0] + bytes, bytes + [0]).contains { ($0 == 13) != ($1 == 10) }
        isASCIIWithCRLF = !bare && bytes.allSatisfy { $0 < 0x7F && $0 != 0 } && bytes.suffix(2) == [13, 10]
    }

    /// Every encoded word in it.
    package var encodedWords: [Substring] {
        text.split { $0 == " " || $0.isNewline }.filter { $0.hasPrefix("=?UTF-8?") }
    }
}
