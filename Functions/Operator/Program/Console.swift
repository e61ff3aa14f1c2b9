import Files
import JSON
import Kernel

/// Where a command tells what it did, what it is doing and what went wrong.
struct Console: Sendable {
    /// Takes the answer, whole lines.
    var answer: @Sendable (String) -> Bool
    /// Takes what is no answer: progress, advice, faults.
    var remark: @Sendable (String) -> Void
    /// Whether a person watches the remarks.
    var isWatched: Bool
    /// Asks a person and waits for what they say, so off the loop; `nil` when nobody is there to be asked.
    var confirm: @Sendable (String) -> Bool? = { _ in nil }

    /// Standard output and standard error.
    static let standard = Console(
        answer: { StandardStream.output.write($0) },
        // Nobody is left to be told that nobody can be told.
        remark: { _ = StandardStream.error.write($0) },
        isWatched: StandardStream.error.isTerminal,
        confirm: { question in
            guard StandardInput.isTerminal, StandardStream.error.isTerminal,
                StandardStream.error.write("\(question) [y/N] ")
            else { return nil }
            return ["y", "yes"].contains(StandardInput.line()?.trimmingBlanks().lowercased())
        })

    /// Gives the answer: as lines for people, or as one JSON document.
    func show(_ lines: [String], _ document: JSONValue, asJSON: Bool) throws(CommandFault) {
        let text = asJSON ? document.text : lines.joined(separator: "\n")
        guard text.isEmpty || answer(text + "\n") else { throw .failed("standard output takes no more") }
    }

    /// Shows how far the work has come, to whom it may concern: a person at a terminal, not a log.
    func progress(_ line: String) {
        if isWatched { remark(line + "\n") }
    }
}
