/// Wraps plain text, leaving room for quoting.
package enum LineWrap {
    /// Breaks lines longer than `limit` columns at spaces; longer words stay whole.
    ///
    /// Continuation lines align with their line's first word; in a list, with the text after the dash.
    package static func wrap(_ text: String, at limit: Int = 72) -> String {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { isShort($0, limit) ? String(Substring($0)) : broken(Substring($0), at: limit) }
            .joined(separator: "\n")
    }

    /// Compares bytes first, which are faster to count: a text has no more characters than bytes.
    private static func isShort(_ line: Substring.UTF8View, _ limit: Int) -> Bool {
        line.count <= limit || columns(Substring(line)) <= limit
    }

    private static func broken(_ line: Substring, at limit: Int) -> String {
        let blanks = line.prefix { $0 == " " }
        let hanging = line.dropFirst(blanks.count).hasPrefix("- ") ? blanks + "  " : blanks
        var lines: [String] = []
        var (current, column, isEmpty) = (String(blanks), blanks.utf8.count, true)
        for word in line.utf8.split(separator: UInt8(ascii: " ")).map({ Substring($0) }) {
            let width = columns(word)
            if !isEmpty, column + 1 + width > limit {
                lines.append(current)
                (current, column, isEmpty) = (String(hanging), hanging.utf8.count, true)
            }
            if !isEmpty { current += " " }
            current += word
            column += width + (isEmpty ? 0 : 1)
            isEmpty = false
        }
        return (lines + [current]).joined(separator: "\n")
    }

    /// Returns the number of characters; for ASCII text, the number of bytes.
    private static func columns(_ text: Substring) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
    }
}
