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
    /// Settings that are missing or unusable, by name.
    init(_ fault: SettingsFault) { self = .failed(fault.lines.joined(separator: "\n")) }

    /// What the database did not do.
    init(_ fault: PostgresFault) { self = .failed(fault.description) }
}
