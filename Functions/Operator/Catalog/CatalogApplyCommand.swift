import CatalogPlans
import EventLoop
import Files
import JSON
import Kernel
import Postgres

extension Command {
    /// Applies a catalog file.
    static let catalogApply = Command(
        name: "catalog apply",
        summary: "apply a catalog file",
        details: """
            Reads the shop, its products and their prices from a JSON file, validates every value, and stores them in
            one transaction. Existing products keep their IDs. A product or price that is not listed is no longer
            sold; existing orders stay. Idempotent.
            """,
        operands: [Operand(name: "FILE", help: "the catalog, such as infra/local/catalog.json")],
        options: [.dryRun, .json],
        settings: [.databaseURL],
        examples: ["latchkey catalog apply catalog.json --dry-run", "latchkey catalog apply catalog.json"],
        failure: "the file is invalid (the error has the line), or the database failed; nothing was changed"
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

/// A catalog file's text and the positions of its parts.
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

    /// Returns a fault that lists each part at fault with file and line, as compilers do.
    func fault(_ faults: CatalogFaults) -> CommandFault {
        let lines = faults.faults.map { fault in
            let part = fault.path.isEmpty ? "the catalog" : fault.path
            return "\(name):\(outline.line(of: fault.path)): \(part) \(fault.reason.text)"
        }
        return .failed(lines.joined(separator: "\n"))
    }
}

extension CatalogPlan {
    /// The text output.
    func lines(isDryRun: Bool) -> [String] {
        ["shop: \(shop.text)"] + products.map { "product \($0.slug): \($0.change.text)" }
            + (isDryRun && !writes.isEmpty ? ["a dry run: nothing was changed"] : [])
    }

    /// The JSON output.
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
