import Glibc

/// The standard input of a command.
package enum StandardInput {
    /// Whether it is a terminal.
    package static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Waits for the next line and returns it without its end; `nil` at the end of input.
    package static func line() -> String? { readLine() }
}
