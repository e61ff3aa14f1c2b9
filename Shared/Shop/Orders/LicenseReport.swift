package import Audit
import EventLoop
import Kernel
package import Licensing
package import Postgres

/// A license with its activations and its order's history.
package struct LicenseReport: Equatable, Sendable {
    /// The license.
    package let license: LicenseDetail
    /// Its activations, past ones included.
    package let activations: [LicenseActivation]
    /// The newest entries of the audit log about its order, oldest first.
    package let history: [AuditRow]

    /// Reads the report of `license`.
    @Loop
    package static func read(
        _ license: LicenseDetail, _ connection: Connection
    ) async throws(PostgresFault) -> LicenseReport {
        let (activations, history) = try await connection.run(
            LicenseStatements.activations(license.id),
            AuditStatements.newest(AuditStatements.historyLimit, of: [license.order]))
        return LicenseReport(license: license, activations: activations, history: history.reversed())
    }
}
