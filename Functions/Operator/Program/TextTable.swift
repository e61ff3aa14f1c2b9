/// Rows in aligned columns, indented and separated by two spaces, with control characters escaped.
func aligned(_ rows: [[String]]) -> [String] {
    let rows = rows.map { $0.map(visible) }
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
        rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
        let cells = row.enumerated().map { column, cell in
            column == row.count - 1 ? cell : padded(cell, to: widths[column])
        }
        let line = "  " + cells.joined(separator: "  ")
        return line.last == " " ? String(line[...(line.lastIndex { $0 != " " } ?? line.startIndex)]) : line
    }
}

/// Escapes terminal control characters and bidirectional formatting.
private func visible(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        let isHidden = [.control, .format, .lineSeparator, .paragraphSeparator]
            .contains(scalar.properties.generalCategory)
        shown.append(isHidden ? "\u{FFFD}" : scalar)
    }
    return String(shown)
}
