internal import Crypto
internal import Kernel

/// RFC 2047 encoded words, for non-ASCII text in a header: `=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=`.
enum EncodedWord {
    /// Encodes `text` as encoded words in Q or B, whichever is shorter.
    ///
    /// Each has at most 75 characters, so that with its leading space it fits a line of 76; the first leaves room for
    /// `used` columns already written. No word splits a character (section 5).
    static func words(_ text: String, after used: Int) -> [String] {
        let form = Form.shortest(for: text)
        var words: [String] = []
        var chunk = ""
        for scalar in text.unicodeScalars {
            let room = (words.isEmpty ? min(longest, 76 - used) : longest) - overhead
            if !chunk.isEmpty, form.length(of: chunk + String(scalar)) > room {
                words.append(form.word(chunk))
                chunk = ""
            }
            chunk.unicodeScalars.append(scalar)
        }
        return chunk.isEmpty ? words : words + [form.word(chunk)]
    }

    private static let longest = 75
    private static let overhead = "=?UTF-8?Q??=".utf8.count
}

/// The two encodings of RFC 2047 section 4.
private enum Form {
    case quoted, base64

    static func shortest(for text: String) -> Form {
        Form.quoted.length(of: text) <= Form.base64.length(of: text) ? .quoted : .base64
    }

    func length(of text: String) -> Int {
        switch self {
        case .quoted: text.utf8.reduce(0) { $0 + (isPlain($1) || $1 == UInt8(ascii: " ") ? 1 : 3) }
        case .base64: Base64.encodedLength(text.utf8.count)
        }
    }

    func word(_ text: String) -> String {
        switch self {
        case .quoted: "=?UTF-8?Q?\(qText(text))?="
        case .base64: "=?UTF-8?B?\(Base64.encode(Array(text.utf8)))?="
        }
    }
}

private func qText(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        if isPlain(byte) {
            bytes.append(byte)
        } else if byte == UInt8(ascii: " ") {
            bytes.append(UInt8(ascii: "_"))
        } else {
            QuotedPrintable.append(byte, to: &bytes)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Whether the byte needs no encoding even in a display name: RFC 2047 section 5, rule 3.
private func isPlain(_ byte: UInt8) -> Bool { byte.isASCIIAlphanumeric || "!*+-/".utf8.contains(byte) }
