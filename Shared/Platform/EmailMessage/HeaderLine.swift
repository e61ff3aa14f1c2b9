internal import Kernel

/// Formats header fields: folded, ASCII only, each ending in one CRLF.
enum HeaderLine {
    /// Returns `name: …` with unstructured text: unchanged if possible, else as encoded words.
    static func unstructured(_ name: String, _ value: String) -> String {
        let words = SafeText.singleLine(value).split(separator: " ").map(String.init)
        let used = name.utf8.count + 2
        guard isPlain(words, after: used) else {
            return folded(name, EncodedWord.words(words.joined(separator: " "), after: used))
        }
        return folded(name, words)
    }

    /// Returns `name: "Display Name" <address>`.
    static func mailbox(_ name: String, _ mailbox: Mailbox) -> String {
        let address = mailbox.address.specification
        let display = SafeText.singleLine(mailbox.name ?? "")
        guard !display.isEmpty else { return folded(name, [address]) }
        return folded(name, phrase(display, after: name.utf8.count + 2) + ["<\(address)>"])
    }

    /// Returns `name: …`, folded between tokens at 76 columns, RFC 2047's limit for lines with encoded words.
    ///
    /// A single longer token, which can only be an address or an ID, exceeds the limit.
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

/// Whether a reader could mistake part of `text` for an encoded word (RFC 2047 section 2).
private func mayBeEncodedWord(_ text: String) -> Bool { text.hasPair(UInt8(ascii: "="), UInt8(ascii: "?")) }
