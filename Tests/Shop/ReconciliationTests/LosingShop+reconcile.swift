import JSON
import Reconciliation
import Settings
import Support
import Testing

extension LosingShop {
    /// Why a run ended without its work.
    struct Unfinished: Error {
        let reason: String
    }

    /// One run from the marks on, with the lock; returns its report as JSON.
    @discardableResult
    func reconcile() async throws -> String {
        let (reconciliation, database) = (try reconciliation(), try testDatabase(as: "latchkey_reconcile", poolSize: 1))
        let done = try await withReconciliationLock(database) {
            await reconciliation(ReconciliationPlan(start: .watermark))
        }
        let report = try #require(done)
        if let fault = report.fault { throw Unfinished(reason: fault.description) }
        return JSONValue.object(report.fields).text
    }

    /// The slice over the sandbox and the test's database.
    private func reconciliation() throws -> Reconciliation {
        var read = SettingsReader(environment)
        let settings = ReconciliationSettings(&read)
        return Reconciliation(
            try read.unwrap(settings), pool: pool, actor: "function:reconcile", callTime: .seconds(20),
            mailTime: .seconds(3), log: log.log)
    }
}
