import CatalogPlans
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
        let file: CatalogFile
        do throws(CatalogFaults) { file = try CatalogFile(CatalogDocument(source.text)) } catch {
            throw source.fault(error)
        }
        let plan = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let applying = CatalogApplying(connection, clock: invocation.clock)
            do throws(CatalogApplyFault) { return try await applying(file, dryRun: isDryRun) } catch {
                switch error {
                case .refused(let faults): throw source.fault(faults)
                case .database(let fault): throw .database(fault)
                }
            }
        }
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
        let text = try await Loop.onWorker { () throws(CommandFault) in
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

    /// Returns the fault whose text names each part with its line, as compilers do.
    func fault(_ faults: CatalogFaults) -> CommandFault {
        let lines = faults.faults.map { fault in
            let part = fault.path.isEmpty ? "the catalog" : fault.path
            return "\(name):\(outline.line(of: fault.path)): \(part) \(fault.reason.text)"
        }
        return .failed(lines.joined(separator: "\n"))
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
    fileprivate var text: String {
        switch self {
        case .created: "created"
        case .updated(let names): "updated \(names.joined(separator: ", "))"
        case .unchanged: "unchanged"
        case .deactivated: "not listed, set inactive"
        }
    }

    fileprivate var members: [(String, JSONValue)] {
        switch self {
        case .created: [("change", "created"), ("fields", .array([]))]
        case .updated(let names): [("change", "updated"), ("fields", .array(names.map(JSONValue.string)))]
        case .unchanged: [("change", "unchanged"), ("fields", .array([]))]
        case .deactivated: [("change", "deactivated"), ("fields", .array(["active"]))]
        }
    }
}
