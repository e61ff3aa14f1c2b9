import Glibc

/// The output streams of a command.
package enum StandardStream: Int32, Sendable {
    /// Results.
    case output = 1
    /// Errors and progress.
    case error = 2

    /// Whether it is a terminal.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all of `text`; returns `false` if the reader is gone or the disk is full.
    package func write(_ text: String) -> Bool { writeWhole(Array(text.utf8), to: rawValue) }
}
