/// Rows in columns that stand below one another, two blanks between them and before the first.
///
/// What was typed elsewhere may stand in them: a terminal shows every character and obeys none.
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

/// `text` without what would move a terminal's cursor or turn the direction of writing.
private func visible(_ text: String) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        let isHidden = [.control, .format, .lineSeparator, .paragraphSeparator]
            .contains(scalar.properties.generalCategory)
        shown.append(isHidden ? "\u{FFFD}" : scalar)
    }
    return String(shown)
}
