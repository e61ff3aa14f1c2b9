/// Sanitizes untrusted text.
///
/// Control characters are removed rather than rejected: a buyer must get the mail they paid for even if a name contains
/// a stray line break.
package enum SafeText {
    /// Returns `text` on one line, trimmed: every run of white space, line ends and control characters becomes one
    /// space.
    ///
    /// The result cannot end a header line, so no value can inject a header field.
    package static func singleLine(_ text: String) -> String {
        if isSingleLine(text) { return text }
        return text.unicodeScalars.split { isControl($0) || $0 == " " }.map { String($0) }.joined(separator: " ")
    }

    /// Returns `text` with LF line ends, and without control characters except tabs.
    package static func lines(_ text: String) -> String {
        guard mayNeedCare(text) else { return text }
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\r": result.append("\n")
            case "\n": if previous != "\r" { result.append("\n") }
            case "\t": result.append(scalar)
            default: if !isControl(scalar) { result.append(scalar) }
            }
            previous = scalar
        }
        return String(result)
    }

    /// Whether the text is what `singleLine` makes of it, judged by single bytes.
    private static func isSingleLine(_ text: String) -> Bool {
        let bytes = text.utf8.span
        var isBehindSpace = true
        for index in bytes.indices {
            let isSpace = bytes[index] == 0x20
            if isSpace ? isBehindSpace : isControl(bytes, at: index) { return false }
            isBehindSpace = isSpace
        }
        return !isBehindSpace || bytes.isEmpty
    }

    /// Whether the text may contain a character that `lines` removes or replaces, judged by single bytes.
    private static func mayNeedCare(_ text: String) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where isControl(bytes, at: index) {
            if bytes[index] != UInt8(ascii: "\n"), bytes[index] != UInt8(ascii: "\t") { return true }
        }
        return false
    }

    /// Whether a character of `isControl` begins at `index`.
    private static func isControl(_ bytes: borrowing Span<UInt8>, at index: Int) -> Bool {
        switch bytes[index] {
        case 0x20..<0x7F: false
        case ..<0x20, 0x7F: true
        // C1's controls are C2 80 to C2 9F, the separators E2 80 A8 and A9.
        case 0xC2: bytes[index + 1] < 0xA0
        case 0xE2: bytes[index + 1] == 0x80 && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9)
        default: false
        }
    }

    /// C0, DEL, C1 and Unicode's line and paragraph separators.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }
}
