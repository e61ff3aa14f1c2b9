/// The help texts.
enum Help {
    /// Returns the help of the program, or of one group of its commands.
    static func overview(_ commands: [Command], group: String? = nil) -> String {
        let program = group.map { "latchkey \($0)" } ?? "latchkey"
        let title = group.map { "\(program) — commands for \(article($0))" } ?? "latchkey — the seller's command line"
        return sections([
            title,
            "Usage: \(program) COMMAND [OPTION…]",
            table("Commands:", commands.map { ($0.name, $0.summary) }),
            table("Options:", [helpOption]),
            exitCodes("it failed; standard error has the reason"),
            "Run `latchkey COMMAND --help` for a command's options and examples.",
        ])
    }

    /// Returns the help of one command.
    static func page(_ command: Command) -> String {
        sections([
            "latchkey \(command.name) — \(command.summary)",
            "Usage: \(usage(command))",
            command.details,
            table("Operands:", command.operands.map { ($0.name, $0.help) }),
            table(
                "Options:",
                command.options.map { ([$0.name, $0.value].compactMap(\.self).joined(separator: " "), $0.help) }
                    + [helpOption]),
            table("Environment:", command.settings.map { ($0.name, $0.help) }),
            exitCodes(command.failure),
            command.examples.isEmpty
                ? "" : (["Examples:"] + command.examples.map { "  \($0)" }).joined(separator: "\n"),
        ])
    }

    /// Returns the synopsis.
    static func usage(_ command: Command) -> String {
        let options = command.options.map { option in
            let text = [option.name, option.value].compactMap(\.self).joined(separator: " ")
            return option.isNeeded ? text : "[\(text)]"
        }
        return (["latchkey \(command.name)"] + command.operands.map(\.name) + options).joined(separator: " ")
    }

    private static let helpOption = ("-h, --help", "show this help")

    private static func article(_ group: String) -> String {
        switch group {
        case "audit": "the audit log"
        case "catalog": "the catalog"
        default: "\(group)s"
        }
    }

    private static func exitCodes(_ failure: String) -> String {
        table("Exit codes:", [("0", "done"), ("1", failure), ("2", "invalid arguments; nothing was done")])
    }

    private static func sections(_ texts: [String]) -> String {
        texts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    /// Returns two columns under a title; long explanations wrap within the second.
    private static func table(_ title: String, _ rows: [(String, String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.flatMap { name, help in
            wrapped(help, to: 96 - width).enumerated().map { index, line in
                "  " + padded(index == 0 ? name : "", to: width) + "  " + line
            }
        }
        return ([title] + lines).joined(separator: "\n")
    }
}

/// Pads `text` with spaces to `width` characters.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// Wraps `text` at spaces to lines of at most `width` characters.
private func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
        if let last = lines.last, last.count + word.count < width {
            lines[lines.count - 1] += " \(word)"
        } else {
            lines.append(String(word))
        }
    }
    return lines
}
