import Files
import JSON
import Kernel

/// Output of a command.
struct Console: Sendable {
    /// Writes the result, as whole lines, to stdout.
    var answer: @Sendable (String) -> Bool
    /// Writes progress, advice or errors to stderr.
    var remark: @Sendable (String) -> Void
    /// Whether stderr is a terminal.
    var isWatched: Bool
    /// Prompts, which blocks the thread; `nil` without a terminal.
    var confirm: @Sendable (String) -> Bool? = { _ in nil }

    /// The process's own streams.
    static let standard = Console(
        answer: { StandardStream.output.write($0) },
        // A failed write to stderr cannot be reported anywhere.
        remark: { _ = StandardStream.error.write($0) },
        isWatched: StandardStream.error.isTerminal,
        confirm: { question in
            guard StandardInput.isTerminal, StandardStream.error.isTerminal,
                StandardStream.error.write("\(question) [y/N] ")
            else { return nil }
            return ["y", "yes"].contains(StandardInput.line()?.trimmingBlanks().lowercased())
        })

    /// Writes the result as text lines or as one JSON document.
    func show(_ lines: [String], _ document: JSONValue, asJSON: Bool) throws(CommandFault) {
        let text = asJSON ? document.text : lines.joined(separator: "\n")
        guard text.isEmpty || answer(text + "\n") else { throw .failed("standard output takes no more") }
    }

    /// Writes a progress line if stderr is a terminal.
    func progress(_ line: String) {
        if isWatched { remark(line + "\n") }
    }
}
