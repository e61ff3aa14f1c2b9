import EventLoop
import Kernel

/// One command: what it is called, what its help says, and what it does.
struct Command: Sendable {
    /// A word that must be given.
    struct Operand: Sendable {
        let name: String
        let help: String
    }

    /// What may be given besides.
    struct Option: Sendable {
        /// With its dashes, such as `--dry-run`.
        let name: String
        /// What stands for its value in the help; `nil` when it takes none.
        var value: String?
        let help: String
        /// Whether the command cannot do without it.
        var isNeeded = false
    }

    /// A setting that the command reads.
    struct Setting: Sendable {
        let name: String
        let help: String
    }

    /// One word, or two: a group and a verb.
    let name: String
    let summary: String
    let details: String
    var operands: [Operand] = []
    var options: [Option] = []
    var settings: [Setting] = []
    var examples: [String] = []
    /// What exit code 1 means here.
    let failure: String
    let run: @Loop @Sendable (Invocation) async throws(CommandFault) -> Void
}

extension Command.Option {
    static let json = Command.Option(name: "--json", help: "answer in JSON, for programs")
    static let dryRun = Command.Option(name: "--dry-run", help: "tell what would be done, and do nothing")
    static let reason = Command.Option(
        name: "--reason", value: "TEXT", help: "why; the audit log keeps it for good, so no address and no key in it",
        isNeeded: true)
}

extension Command.Setting {
    static let databaseURL = Command.Setting(
        name: "DATABASE_URL", help: "needed; the database as its owner, a libpq URL")
    static let keyPepper = Command.Setting(
        name: "KEY_PEPPER", help: "needed to find something by a whole license key")
    static let operatorName = Command.Setting(
        name: "LATCHKEY_OPERATOR", help: "who you are, for the audit log; USER when absent")
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
