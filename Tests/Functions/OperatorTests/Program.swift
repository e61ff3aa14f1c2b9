import EventLoop
import Kernel
import Postgres
import Support
import Synchronization

@testable import OperatorFunction

/// The program run inside the test: what it told, and how it ended.
struct Run: Sendable {
    let exitCode: Int32
    let output: String
    let remarks: String
    /// What a person was asked.
    let questions: String

    /// Runs `latchkey` with these words on the present test's database.
    static func latchkey(
        _ words: [String], _ environment: [String: String] = [:], at now: Instant = testNow, isWatched: Bool = false,
        answering: Bool? = nil
    ) async throws -> Run {
        var environment = environment
        if let settings = FreshDatabase.settings, environment["DATABASE_URL"] == nil {
            environment["DATABASE_URL"] = settings.url.revealed()
        }
        let told = Told()
        let console = Console(
            answer: { text in
                told.output.withLock { $0 += text }
                return true
            },
            remark: { text in told.remarks.withLock { $0 += text } },
            isWatched: isWatched,
            confirm: { question in
                told.questions.withLock { $0 += question }
                return answering
            })
        let program = Latchkey(
            commands: Latchkey.commands, environment: environment, console: console, clock: WallClock { now })
        let code = try await onLoop { await program(words) }
        return Run(
            exitCode: code, output: told.output.withLock { $0 }, remarks: told.remarks.withLock { $0 },
            questions: told.questions.withLock { $0 })
    }
}

extension Run {
    /// Runs `latchkey` as an operator called Eve, with every setting there is.
    static func eve(
        _ words: [String], _ environment: [String: String] = [:], at now: Instant = testNow, answering: Bool? = nil
    ) async throws -> Run {
        var settings = TestSettings.environment
        settings["DATABASE_URL"] = nil
        settings["LATCHKEY_OPERATOR"] = "eve"
        return try await latchkey(words, settings.merging(environment) { $1 }, at: now, answering: answering)
    }
}

private final class Told: Sendable {
    let output = Mutex("")
    let remarks = Mutex("")
    let questions = Mutex("")
}
