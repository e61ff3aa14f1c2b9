import HTTP
import Kernel
import Reconciliation
import Support

@testable import ReconcileFunction

extension LosingShop {
    /// One call of the scheduler's; returns what the function responds.
    @discardableResult
    func reconcile() async throws -> String {
        let reconcile = Reconcile(try ReconcileSettings(environment), pool, log.log)
        let response = try await reconcile(
            Request(
                method: .post, path: "/tasks/reconcile",
                fields: ["Authorization": "Bearer " + String(repeating: "t", count: 32)]))
        return String(decoding: response.body, as: UTF8.self)
    }

    /// A run as `plan` says, whoever else may be at it.
    func run(_ plan: ReconciliationPlan) async throws -> ReconciliationReport {
        await Reconciliation(try ReconcileSettings(environment), pool, log.log)(plan)
    }
}
