import Testing

@testable import OperatorFunction

@Suite("Arguments")
struct ArgumentsTests {
    private let command = Command(
        name: "test run", summary: "s", details: "d", operands: [.init(name: "FILE", help: "f")],
        options: [.init(name: "--product", value: "SLUG", help: "p", isNeeded: true), .dryRun], failure: "x"
    ) { _ throws(CommandFault) in }

    @Test(
        "operands and options are sorted in any order",
        arguments: [
            ["a.json", "--product", "x", "--dry-run"], ["--dry-run", "--product=x", "a.json"],
            ["--product", "x", "--dry-run", "--", "a.json"],
        ])
    func sorted(words: [String]) throws {
        let arguments = try Arguments(words, for: command)
        #expect(arguments.operands == ["a.json"])
        #expect(arguments["--product"] == "x")
        #expect(arguments.has("--dry-run"))
        #expect(!arguments.has("--json"))
    }

    @Test("a word after -- is an operand even with a dash")
    func dashes() throws {
        #expect(try Arguments(["--product=x", "--", "--dry-run"], for: command).operands == ["--dry-run"])
    }

    @Test(
        "what is unknown, missing, doubled or too much is a wrong usage that says which",
        arguments: [
            (["a", "--product", "x", "--dry-rum"], "unknown option --dry-rum; did you mean --dry-run?"),
            (["a", "--product", "x", "--json"], "unknown option --json"),
            (["a", "--product", "x", "-n"], "unknown option -n"),
            (["a", "--product", "x", "--product", "y"], "--product is given twice"),
            (["a", "--product", "x", "--dry-run", "--dry-run"], "--dry-run is given twice"),
            (["a", "--product", "x", "--dry-run=yes"], "--dry-run takes no value"),
            (["a", "--product"], "--product needs a value: --product SLUG"),
            (["a", "--product="], "--product needs a value: --product SLUG"),
            (["a", "--product", "--dry-run"], "--product needs a value: --product SLUG"),
            (["a"], "--product SLUG is missing"),
            (["--product", "x"], "FILE is missing"),
            (["a", "b", "--product", "x"], "unexpected argument «b»"),
        ])
    func wrong(words: [String], message: String) {
        #expect(throws: CommandFault.usage(message)) { try Arguments(words, for: command) }
    }
}
