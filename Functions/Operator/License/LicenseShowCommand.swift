import EventLoop
import Kernel
import Orders
import Postgres

extension Command {
    /// Shows a license with its activations and history.
    static let licenseShow = Command(
        name: "license show",
        summary: "show a license, its status and its machines",
        details: """
            Shows a license, its activations, and the audit log of its order. Of its key only the last four symbols
            are shown: the key itself is not stored.
            """,
        operands: [.license],
        options: [.json],
        settings: [.databaseURL, .keyPepper],
        examples: ["latchkey license show AJ9C", "latchkey license show genx-855e-k7eh-aj9c --json"],
        failure: "there is no such license, or the database failed"
    ) { invocation throws(CommandFault) in
        let word = invocation.arguments.operands[0]
        let reference = try invocation.licenseReference()
        let report = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let license = try await oneLicense(reference, typed: word, connection)
            return try await mapError(CommandFault.database, await LicenseReport.read(license, connection))
        }
        try invocation.console.show(report.lines, report.document, asJSON: invocation.isJSON)
    }
}
