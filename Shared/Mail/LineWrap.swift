/// Keeps plain text within the columns that people expect of it, quoted in an answer too.
enum LineWrap {
    /// `text` with each line longer than `limit` columns broken at blanks; words longer than that stay whole.
    ///
    /// What is broken off stands under its line's first word, also behind the dash of a list.
    static func wrap(_ text: String, at limit: Int = 72) -> String {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { isShort($0, limit) ? String(Substring($0)) : broken(Substring($0), at: limit) }
            .joined(separator: "\n")
    }

    /// There are no more characters than bytes, which are quicker to count.
    private static func isShort(_ line: Substring.UTF8View, _ limit: Int) -> Bool {
        line.count <= limit || Substring(line).count <= limit
    }

    private static func broken(_ line: Substring, at limit: Int) -> String {
        let blanks = line.prefix { $0 == " " }
        let hanging = line.dropFirst(blanks.count).hasPrefix("- ") ? blanks + "  " : blanks
        var lines: [String] = []
        var current = String(blanks)
        var isEmpty = true
        for word in line.split(separator: " ") {
            if !isEmpty, current.count + 1 + word.count > limit {
                lines.append(current)
                current = String(hanging)
                isEmpty = true
            }
            current += isEmpty ? word : " \(word)"
            isEmpty = false
        }
        return (lines + [current]).joined(separator: "\n")
    }
}
