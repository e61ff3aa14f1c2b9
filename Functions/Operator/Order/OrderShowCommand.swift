import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres

extension Command {
    /// Shows an order with everything that belongs to it.
    static let orderShow = Command(
        name: "order show",
        summary: "show an order, its licenses, refunds, mails and download links",
        details: """
            Shows an order with everything that belongs to it, and its audit log. Of license keys only the last four
            symbols are shown: the keys themselves are not stored.
            """,
        operands: [.order],
        options: [
            Option(name: "--events", help: "also Stripe's events about it; scans the whole ledger"), .json,
        ],
        settings: [.databaseURL, .keyPepper],
        examples: [
            "latchkey order show cs_test_a1YS1URl", "latchkey order show pi_3MtwBwLkdI --json --events",
            "latchkey order show AJ9C",
        ],
        failure: "there is no such order, or the database failed"
    ) { invocation throws(CommandFault) in
        let word = invocation.arguments.operands[0]
        let reference = try invocation.orderReference()
        let reports = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            try await mapError(
                CommandFault.database,
                await OrderReport.find(reference, withEvents: invocation.arguments.has("--events"), connection))
        }
        let report = try onlyOne(reports, of: "order", typed: reference.shown(word)) { $0.order.id.description }
        try invocation.console.show(report.textLines, report.document, asJSON: invocation.isJSON)
    }
}
