import Glibc

/// The streams that a command writes to.
package enum StandardStream: Int32, Sendable {
    /// What was asked for.
    case output = 1
    /// What went wrong, and how far it has come.
    case error = 2

    /// Whether a person watches.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all of `text`; `false` when the other end is gone or the disk is full.
    package func write(_ text: String) -> Bool { writeWhole(Array(text.utf8), to: rawValue) }
}
