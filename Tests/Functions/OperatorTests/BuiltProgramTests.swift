import Foundation
import Kernel
import Postgres
import Support
import Testing

@testable import OperatorFunction

/// The executable as people run it, in a process of its own.
@Suite("The built latchkey", .freshDatabase)
struct BuiltProgramTests {
    @Test("--help is an answer: exit code 0, standard output, every command in it")
    func help() throws {
        let run = try BuiltProgram.run(["--help"])
        #expect(run.exitCode == 0)
        #expect(run.errors.isEmpty)
        for command in Latchkey.commands {
            let name = command.name
            #expect(run.output.contains("\n  \(name)"))
            let page = try BuiltProgram.run(name.split(separator: " ").map(String.init) + ["--help"])
            #expect(page.exitCode == 0)
            #expect(page.output.hasPrefix("latchkey \(name) — "))
            let settings = command.settings.isEmpty ? [] : ["Environment:"]
            for part in ["Usage: latchkey \(name)", "Options:", "Exit codes:", "Examples:"] + settings {
                #expect(page.output.contains("\n\(part)"), "\(name) lacks \(part)")
            }
        }
    }

    @Test(
        "a wrong usage is exit code 2, nothing on standard output, and says where help is",
        arguments: [
            ([], "no command is given", "latchkey --help"),
            (["migrat"], "unknown command «migrat»; did you mean migrate?", "latchkey --help"),
            (["catalog"], "catalog needs a second word", "latchkey catalog --help"),
            (["order", "shew"], "unknown command «order shew»; did you mean order show?", "latchkey order --help"),
            (["migrate", "--jsn"], "unknown option --jsn; did you mean --json?", "latchkey migrate --help"),
            (["order", "show"], "ORDER is missing", "latchkey order show --help"),
        ])
    func usage(words: [String], message: String, help: String) throws {
        let run = try BuiltProgram.run(words)
        #expect(run.exitCode == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors == "latchkey: \(message)\nTry `\(help)`.\n")
    }

    @Test("a failure is exit code 1 and says why, without the password")
    func failure() throws {
        let run = try BuiltProgram.run(["migrate"], ["DATABASE_URL": "postgres://x:HUSH@127.0.0.1:1/x"])
        #expect(run.exitCode == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("latchkey: no connection to the database"))
        #expect(!run.errors.contains("HUSH"))
    }

    @Test("work done is exit code 0, with no progress where nobody watches")
    func success() throws {
        let run = try BuiltProgram.run(["migrate"], ["DATABASE_URL": testDatabase().url.revealed()])
        #expect(run.exitCode == 0)
        #expect(run.output.hasPrefix("applied  0001_schema.sql\n"))
        #expect(run.errors.isEmpty)
    }

    @Test("an answer that nobody takes is a failure")
    func closedOutput() throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let run = try BuiltProgram.run(["--help"], output: full)
        #expect(run.exitCode == 1)
        #expect(run.errors == "latchkey: standard output takes no more\n")
    }
}

private struct BuiltProgram {
    let exitCode: Int32
    let output: String
    let errors: String

    /// Runs the executable that lies beside the tests, at the repository's root.
    static func run(
        _ words: [String], _ environment: [String: String] = [:], output file: FileHandle? = nil
    ) throws -> BuiltProgram {
        let products = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(filePath: products).deletingLastPathComponent().appending(path: "latchkey")
        process.arguments = words
        process.environment = environment.merging(sanitizerOptions) { own, _ in own }
        process.currentDirectoryURL = URL(filePath: repositoryRoot)
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = file ?? output
        process.standardError = errors
        try process.run()
        let told = try file == nil ? output.fileHandleForReading.readToEnd() : nil
        let remarks = try errors.fileHandleForReading.readToEnd()
        process.waitUntilExit()
        return BuiltProgram(
            exitCode: process.terminationStatus, output: String(decoding: told ?? Data(), as: UTF8.self),
            errors: String(decoding: remarks ?? Data(), as: UTF8.self))
    }
}
