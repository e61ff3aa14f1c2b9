import Audit
import EventLoop
import Kernel
import Orders
import Postgres

extension Command {
    /// Lists the audit log.
    static let auditList = Command(
        name: "audit list",
        summary: "list who did what to which order, when and from where",
        details: """
            Lists the newest entries of the audit log, newest first. It has no buyer's address and no license key; of
            a client's IP address it has the network.
            """,
        options: [
            Option(
                name: "--order", value: "ID", help: "only entries about this order: its number, its ID, cs_… or pi_…"),
            .limit,
            Option(name: "--before", value: "ROW", help: "only entries before this one, for the next page"),
            .json,
        ],
        settings: [.databaseURL],
        examples: ["latchkey audit list --limit 20", "latchkey audit list --order cs_test_a1YS1URl --json"],
        failure: "there is no such order, or the database failed"
    ) { invocation throws(CommandFault) in
        let limit = try invocation.limit()
        let before = try invocation.number("--before", in: 1...Int64.max) ?? .max
        let reference = try invocation.arguments["--order"].map(orderReference)
        let rows = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let orders = try await orders(reference, connection)
            return try await mapError(
                CommandFault.database,
                await connection.run(AuditStatements.newest(limit, of: orders, before: before)))
        }
        try invocation.console.show(AuditList.lines(rows), AuditList.document(rows), asJSON: invocation.isJSON)
    }

    private static func orderReference(_ word: String) throws(CommandFault) -> OrderReference {
        guard let reference = OrderReference(word) else {
            throw .usage("«\(word)» is no order's: expected its number, its ID, cs_… or pi_…")
        }
        return reference
    }

    /// Returns the matching orders; our own ID is not looked up because the log may outlive the order.
    @Loop
    private static func orders(
        _ reference: OrderReference?, _ connection: Connection
    ) async throws(CommandFault) -> [OrderID]? {
        guard let reference else { return nil }
        if case .order(let id) = reference { return [id] }
        let found = try await mapError(
            CommandFault.database, await connection.run(OrderDetailStatements.find(reference)))
        guard !found.isEmpty else { throw .failed("there is no such order") }
        return found.map(\.id)
    }
}
