/// The parsed arguments of a command.
struct Arguments: Equatable, Sendable {
    private(set) var operands: [String] = []
    private var values: [String: [String]] = [:]
    private(set) var flags: Set<String> = []

    /// Parses `words`, which have no `--help`.
    ///
    /// - Throws: `.usage` for unknown, missing or repeated arguments.
    init(_ words: [String], for command: Command) throws(CommandFault) {
        var rest = words[...]
        var takesOptions = true
        while let word = rest.popFirst() {
            if takesOptions && word == "--" {
                takesOptions = false
            } else if takesOptions && word.hasPrefix("-") && word != "-" {
                try take(option: word, &rest, for: command)
            } else {
                operands.append(word)
            }
        }
        try checkCompleteness(for: command)
    }

    /// Returns whether the option is present.
    func has(_ option: String) -> Bool { flags.contains(option) || values[option] != nil }

    /// Returns the values of an option that may be given several times.
    func all(_ option: String) -> [String] { values[option, default: []] }

    /// The option's value, if present.
    subscript(option: String) -> String? { values[option]?.first }

    private mutating func take(
        option word: String, _ rest: inout ArraySlice<String>, for command: Command
    ) throws(CommandFault) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = command.options.first(where: { $0.name == parts[0] }) else {
            let nearest = nearestWord(to: parts[0], among: command.options.map(\.name) + ["--help"])
            throw .usage("unknown option \(parts[0])" + (nearest.map { "; did you mean \($0)?" } ?? ""))
        }
        guard option.isRepeatable || !has(option.name) else { throw .usage("\(option.name) is given twice") }
        guard let placeholder = option.value else {
            guard parts.count == 1 else { throw .usage("\(option.name) takes no value") }
            flags.insert(option.name)
            return
        }
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty,
            parts.count == 2 || !value.hasPrefix("--")
        else { throw .usage("\(option.name) needs a value: \(option.name) \(placeholder)") }
        values[option.name, default: []].append(value)
    }

    private func checkCompleteness(for command: Command) throws(CommandFault) {
        if operands.count < command.operands.count {
            throw .usage("\(command.operands[operands.count].name) is missing")
        }
        if operands.count > command.operands.count {
            throw .usage("unexpected argument «\(operands[command.operands.count])»")
        }
        if let option = command.options.first(where: { $0.isNeeded && !has($0.name) }) {
            throw .usage("\(option.name) \(option.value ?? "") is missing")
        }
    }
}

/// Returns the word closest to `typed`; `nil` if none is close.
func nearestWord(to typed: String, among words: [String]) -> String? {
    let ranked = words.map { (word: $0, distance: editDistance($0, typed)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, best.word.count / 3) else {
        return nil
    }
    return best.word
}

/// Returns the Levenshtein distance.
private func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in right.indices {
            let changed = diagonal + (letter == right[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
