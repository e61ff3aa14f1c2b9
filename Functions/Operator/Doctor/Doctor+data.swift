import EventLoop
import Kernel
import Postgres
import Reconciliation

extension Doctor {
    /// Checks the invariants of the shop's data, with examples of violations.
    func data(_ settings: ShopSettings) async -> [Check] {
        guard var database = settings.database else {
            return Invariant.allCases.map { .skipped($0.label, "needs DATABASE_URL", in: .data) }
        }
        database.statementTime = .seconds(60)
        do throws(PostgresFault) {
            let connection = try await Connection.open(database)
            defer { connection.close() }
            var checks: [Check] = []
            for invariant in Invariant.allCases {
                let found = try await connection.run(
                    InvariantStatements.violations(of: invariant, quietHours: settings.quietHours, at: clock.now()))
                checks.append(invariant.check(found))
            }
            return checks
        } catch {
            return Invariant.allCases.map { .skipped($0.label, error.description, in: .data) }
        }
    }
}

extension Invariant {
    /// The check's name: the invariant's name in alerts, as words.
    fileprivate var label: String { rawValue.split(separator: "_").joined(separator: " ") }

    fileprivate func check(_ found: Violations) -> Check {
        guard found.count > 0 else {
            return Check(group: .data, name: label, state: .passed, detail: "none")
        }
        let more =
            found.count > Int64(found.examples.count) ? " and \(found.count - Int64(found.examples.count)) more" : ""
        return Check(
            group: .data, name: label, state: .failed, detail: found.examples.joined(separator: ", ") + more,
            advice: advice)
    }

    private var advice: String {
        switch self {
        case .paidWithoutLicense: "look at these orders with latchkey order show; a run of latchkey reconcile may help"
        case .licenseWithoutPaidOrder: "somebody changed orders by hand: compare them with Stripe's dashboard"
        case .openLicenseOnClosedOrder: "close these licenses: their order is refunded, lost or disputed"
        case .closedLicenseOnPaidOrder: "open these licenses, or note that they are closed on purpose"
        case .linesDoNotAddUp: "compare these orders with Stripe's dashboard: an amount was changed by hand"
        case .mailOverdue: "does the scheduler call email-retry, and does the mail server answer?"
        case .eventUnhandled:
            "latchkey event list says why; latchkey reconcile tries again, latchkey event park puts one away"
        case .noWebhook: "is the endpoint up, and does Stripe's dashboard have it with its current secret?"
        }
    }
}
