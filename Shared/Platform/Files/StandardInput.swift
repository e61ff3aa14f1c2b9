import Glibc

/// The stream through which a command is answered.
package enum StandardInput {
    /// Whether a person sits at its other end.
    package static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// The next line without its end, once there is one; `nil` when no more come.
    package static func line() -> String? { readLine() }
}
