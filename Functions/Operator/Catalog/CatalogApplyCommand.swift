import EventLoop
import Files
import JSON
import Kernel
import Postgres

extension Command {
    /// Makes the catalog what a file says.
    static let catalogApply = Command(
        name: "catalog apply",
        summary: "make the catalog what a file says",
        details: """
            Reads the shop, its products and their prices from a JSON file, checks every value, and stores them in one
            transaction: all or nothing. Known products keep their IDs. A product or price that is not listed is
            not sold any more; what was sold stays. Safe to run twice.
            """,
        operands: [Operand(name: "FILE", help: "the catalog, such as infra/local/catalog.json")],
        options: [.dryRun, .json],
        settings: [.databaseURL],
        examples: ["latchkey catalog apply catalog.json --dry-run", "latchkey catalog apply catalog.json"],
        failure: "the file is at fault (told with its line), or the database; nothing was changed"
    ) { invocation throws(CommandFault) in
        let source = try await CatalogSource.read(invocation.arguments.operands[0])
        let isDryRun = invocation.arguments.has("--dry-run")
        let file = try source.locating { () throws(CatalogFaults) in
            try CatalogFile(try CatalogDocument(source.text))
        }
        let result = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let apply = CatalogApply(connection: connection, file: file, clock: invocation.clock)
            return try await mapError(CommandFault.database, await apply(isDryRun: isDryRun))
        }
        let plan = try source.locating { () throws(CatalogFaults) in try result.get() }
        try invocation.console.show(
            plan.lines(isDryRun: isDryRun), plan.document(isDryRun: isDryRun), asJSON: invocation.isJSON)
    }
}

/// A catalog's text, and where everything stands in it.
private struct CatalogSource: Sendable {
    let name: String
    let text: String
    let outline: JSONOutline

    @Loop
    static func read(_ path: String) async throws(CommandFault) -> CatalogSource {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let text = try await offLoop { () throws(CommandFault) in
            do throws(FileFault) { return try FileReader.text(path) } catch {
                throw .failed(error.isMissing ? "there is no file \(path)" : "\(path) cannot be read as UTF-8 text")
            }
        }
        do throws(JSONOutline.Fault) {
            return CatalogSource(name: name, text: text, outline: try JSONOutline(text))
        } catch {
            throw .failed("\(name):\(error.line): \(error.reason)")
        }
    }

    /// What `body` makes; its faults with their lines.
    func locating<Output>(_ body: () throws(CatalogFaults) -> Output) throws(CommandFault) -> Output {
        do throws(CatalogFaults) { return try body() } catch {
            throw .failed(error.faults.map { $0.text(in: name, outline) }.joined(separator: "\n"))
        }
    }
}

extension CatalogPlan {
    /// The answer for people.
    func lines(isDryRun: Bool) -> [String] {
        ["shop: \(shop.text)"] + products.map { "product \($0.slug): \($0.change.text)" }
            + (isDryRun && !writes.isEmpty ? ["a dry run: nothing was changed"] : [])
    }

    /// The answer for programs.
    func document(isDryRun: Bool) -> JSONValue {
        .object([
            ("shop", .object(shop.members)),
            ("products", .array(products.map { .object([("slug", .string($0.slug))] + $0.change.members) })),
            ("dry_run", .bool(isDryRun)),
        ])
    }
}

extension CatalogChange {
    fileprivate var members: [(String, JSONValue)] {
        switch self {
        case .created: [("change", "created"), ("fields", .array([]))]
        case .updated(let names): [("change", "updated"), ("fields", .array(names.map(JSONValue.string)))]
        case .unchanged: [("change", "unchanged"), ("fields", .array([]))]
        case .deactivated: [("change", "deactivated"), ("fields", .array(["active"]))]
        }
    }
}
