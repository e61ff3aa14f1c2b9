import EventLoop
import Kernel

/// The program: dispatches to a command and returns the exit code.
struct Latchkey: Sendable {
    let commands: [Command]
    let environment: [String: String]
    var console = Console.standard
    var clock = WallClock.system

    /// All commands.
    static let commands: [Command] = [
        .migrate, .catalogApply, .releasePublish, .orderShow, .orderList, .orderRefund, .orderResend,
        .orderCorrectEmail, .eventList, .eventRetry, .eventPark, .mailList, .mailRetry, .licenseShow, .licenseRevoke,
        .licenseReinstate, .licenseReissue,
        .licenseRehash,
        .auditList, .auditSeal,
        .auditVerify, .exportVerify, .export, .reconcile, .doctor,
    ]

    /// Runs the command that `words`, the program's arguments, name; returns the exit code.
    @Loop
    func callAsFunction(_ words: [String]) async -> Int32 {
        do throws(CommandFault) {
            try await run(words)
            return 0
        } catch {
            for line in error.message.split(separator: "\n") { console.remark("latchkey: \(line)\n") }
            if case .usage = error { console.remark("Try `\(helpCommand(words))`.\n") }
            return error.exitCode
        }
    }

    @Loop
    private func run(_ words: [String]) async throws(CommandFault) {
        let isHelpWanted = words.prefix { $0 != "--" }.contains { ["-h", "--help"].contains($0) }
        guard let command = command(words) else {
            guard isHelpWanted else { throw .usage(unknown(words)) }
            return try tell(Help.overview(commands, words))
        }
        if isHelpWanted { return try tell(Help.page(command)) }
        let rest = Array(words.dropFirst(command.words.count))
        let arguments = try Arguments(rest, for: command)
        try await command.run(
            Invocation(arguments: arguments, environment: environment, console: console, clock: clock))
    }

    private func tell(_ help: String) throws(CommandFault) {
        guard console.answer(help) else { throw .failed("standard output takes no more") }
    }

    private func command(_ words: [String]) -> Command? {
        commands.first { words.starts(with: $0.words) }
    }

    private func helpCommand(_ words: [String]) -> String {
        let name = command(words)?.name ?? group(words)
        return (["latchkey", name].compactMap(\.self) + ["--help"]).joined(separator: " ")
    }

    private func group(_ words: [String]) -> String? {
        words.first.flatMap { word in commands.contains { $0.words.count > 1 && $0.words[0] == word } ? word : nil }
    }

    private func unknown(_ words: [String]) -> String {
        guard let first = words.first else { return "no command is given" }
        let typed = group(words) == nil ? first : words.prefix(2).joined(separator: " ")
        guard group(words) == nil || words.count > 1 else { return "\(first) needs a second word" }
        let names = commands.map(\.name) + Set(commands.map { $0.words[0] })
        let nearest = nearestWord(to: typed, among: names)
        return "unknown command «\(typed)»" + (nearest.map { "; did you mean \($0)?" } ?? "")
    }
}

extension Command {
    /// The words of its name.
    var words: [String] { name.split(separator: " ").map(String.init) }
}

extension Help {
    /// Returns the overview of the group that `words` begin with, or of all commands.
    fileprivate static func overview(_ commands: [Command], _ words: [String]) -> String {
        let members = commands.filter { $0.words.count > 1 && $0.words[0] == words.first }
        return members.isEmpty ? overview(commands) : overview(members, group: words.first)
    }
}
