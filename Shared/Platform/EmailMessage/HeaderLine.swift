internal import Kernel

/// Writes header fields: folded lines, nothing but ASCII, one CRLF at the very end of each field.
enum HeaderLine {
    /// `name: …` with a text for people: as it is when it can be, in encoded words otherwise.
    static func unstructured(_ name: String, _ value: String) -> String {
        let words = SafeText.singleLine(value).split(separator: " ").map(String.init)
        let used = name.utf8.count + 2
        guard isPlain(words, after: used) else {
            return folded(name, EncodedWord.words(words.joined(separator: " "), after: used))
        }
        return folded(name, words)
    }

    /// `name: "Display Name" <address>`.
    static func mailbox(_ name: String, _ mailbox: Mailbox) -> String {
        let address = mailbox.address.specification
        let display = SafeText.singleLine(mailbox.name ?? "")
        guard !display.isEmpty else { return folded(name, [address]) }
        return folded(name, phrase(display, after: name.utf8.count + 2) + ["<\(address)>"])
    }

    /// `name: …` with tokens put on lines of at most 76 columns, which RFC 2047 asks of lines with encoded words.
    ///
    /// Only a token that is longer by itself makes a longer line; addresses and IDs are the only ones that can.
    static func folded(_ name: String, _ tokens: [String]) -> String {
        var text = "\(name):"
        var column = text.utf8.count
        for (index, token) in tokens.enumerated() {
            if index > 0, column + 1 + token.utf8.count > 76 {
                text += "\r\n"
                column = 0
            }
            text += " \(token)"
            column += 1 + token.utf8.count
        }
        return text + "\r\n"
    }

    private static func isPlain(_ words: [String], after used: Int) -> Bool {
        words.allSatisfy { $0.utf8.count <= 75 && isASCII($0) && !mayBeEncodedWord($0) }
            && used + (words.first?.utf8.count ?? 0) <= 76
    }

    private static func phrase(_ display: String, after used: Int) -> [String] {
        let quoted = "\"" + display.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
        guard isASCII(quoted), !mayBeEncodedWord(quoted), used + quoted.utf8.count <= 76 else {
            return EncodedWord.words(display, after: used)
        }
        return [quoted]
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}

/// Whether a reader could take a part of `text` for an encoded word (RFC 2047 section 2).
private func mayBeEncodedWord(_ text: String) -> Bool { text.hasPair(UInt8(ascii: "="), UInt8(ascii: "?")) }
