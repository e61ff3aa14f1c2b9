import EventLoop
import Kernel

/// A command with its help.
struct Command: Sendable {
    /// A required positional argument.
    struct Operand: Sendable {
        let name: String
        let help: String
    }

    /// An option.
    struct Option: Sendable {
        /// The name with its dashes, such as `--dry-run`.
        let name: String
        /// Placeholder of the value; `nil` for a flag.
        var value: String?
        /// Whether it may be given several times.
        var isRepeatable = false
        let help: String
        /// Whether it is required.
        var isNeeded = false
    }

    /// A setting that the command reads.
    struct Setting: Sendable {
        let name: String
        let help: String
    }

    /// A verb, or a group and a verb.
    let name: String
    let summary: String
    let details: String
    var operands: [Operand] = []
    var options: [Option] = []
    var settings: [Setting] = []
    var examples: [String] = []
    /// The meaning of exit code 1.
    let failure: String
    let run: @Loop @Sendable (Invocation) async throws(CommandFault) -> Void
}

extension Command.Option {
    static let json = Command.Option(name: "--json", help: "write the result as JSON")
    /// How long a list may be: `Invocation.limit()`.
    static let limit = Command.Option(
        name: "--limit", value: "N", help: "the maximum number, 1 to 10000; 50 when absent")
    static let dryRun = Command.Option(name: "--dry-run", help: "report what would be done, without doing it")
    static let reason = Command.Option(
        name: "--reason", value: "TEXT", help: "the reason, kept in the audit log for good; no address or license key",
        isNeeded: true)
}

extension Command.Setting {
    static let databaseURL = Command.Setting(
        name: "DATABASE_URL", help: "needed; the database as its owner, a libpq URL")
    static let keyPepper = Command.Setting(
        name: "KEY_PEPPER", help: "needed to look up a whole license key")
    static let operatorName = Command.Setting(
        name: "LATCHKEY_OPERATOR", help: "your name, for the audit log; USER when absent")
}

/// One call of a command.
struct Invocation: Sendable {
    let arguments: Arguments
    let environment: [String: String]
    let console: Console
    let clock: WallClock

    var isJSON: Bool { arguments.has("--json") }
    var isDryRun: Bool { arguments.has("--dry-run") }
}
