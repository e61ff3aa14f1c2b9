import EventLoop
import JSON
import Kernel
import Log
import Postgres

// The invariants of the shop's data, which hold regardless of the events received.
extension ReconciliationRun {
    func checkInvariants() async throws(ReconciliationFault) {
        let now = parts.clock.now()
        for invariant in Invariant.allCases {
            let found = try await mapError(
                ReconciliationFault.database,
                await parts.pool.run(
                    InvariantStatements.violations(of: invariant, quietHours: parts.quietHours, at: now)))
            guard found.count > 0 else { continue }
            report.violations.append(invariant.rawValue)
            parts.log(
                .error, "invariant violated",
                [
                    ("invariant", .string(invariant.rawValue)), ("count", .integer(found.count)),
                    ("examples", .array(found.examples.map(JSONValue.string))),
                ])
        }
    }
}
