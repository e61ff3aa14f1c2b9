import Postgres
import Settings

/// Why a command failed.
///
/// The message says what is wrong and what to do about it; it never has a secret.
enum CommandFault: Error, Equatable, Sendable {
    /// The arguments are invalid; nothing was done.
    case usage(String)
    /// The command failed.
    case failed(String)

    /// The exit code.
    var exitCode: Int32 {
        switch self {
        case .usage: 2
        case .failed: 1
        }
    }

    /// The error message.
    var message: String {
        switch self {
        case .usage(let message), .failed(let message): message
        }
    }
}

extension CommandFault {
    /// Returns the fault for missing and invalid settings, by name.
    static func settings(_ fault: SettingsFault) -> CommandFault { .failed(fault.lines.joined(separator: "\n")) }

    /// Returns the fault for a failed database call.
    static func database(_ fault: PostgresFault) -> CommandFault { .failed(fault.description) }
}
