import Postgres
import Settings

/// Why a command did not do what it was asked.
///
/// The text is for the person at the terminal: what is wrong and what to do about it, never a secret.
enum CommandFault: Error, Equatable, Sendable {
    /// The words after the command make no sense; nothing was tried.
    case usage(String)
    /// It was tried and failed, or there is nothing there.
    case failed(String)

    /// What the process ends with.
    var exitCode: Int32 {
        switch self {
        case .usage: 2
        case .failed: 1
        }
    }

    /// What the person is told.
    var message: String {
        switch self {
        case .usage(let message), .failed(let message): message
        }
    }
}

extension CommandFault {
    /// Returns the fault for settings that are missing or invalid, by name.
    static func settings(_ fault: SettingsFault) -> CommandFault { .failed(fault.lines.joined(separator: "\n")) }

    /// Returns the fault for a failed call of the database.
    static func database(_ fault: PostgresFault) -> CommandFault { .failed(fault.description) }
}
