package import JSON
import Kernel

/// What a run looks at, in this order.
package enum ReconciliationStep: String, CaseIterable, Sendable {
    /// Events of our own ledger that failed, or that an older version had no use for.
    case ledger
    /// Refunds before sales: a sale whose money went back meanwhile is then told to its buyer in one mail, and no
    /// receipt goes out with a key that is dead on arrival.
    case refunds
    /// Disputes before sales, for the same reason.
    case disputes
    /// Events that Stripe could not deliver, or all of them.
    case events
    /// Sessions that were opened not long ago.
    case sessions
    /// Payments, refunds and disputes whose end we wait for, however old.
    case unsettled
    /// Orders that we call paid.
    case orders
}

/// What a run did.
package struct ReconciliationReport: Equatable, Sendable {
    /// What one step did.
    package struct Tally: Equatable, Sendable {
        /// Things that were looked at.
        package var seen = 0
        /// Things that changed an order, or in a dry run would have been handled.
        package var repaired = 0
        /// Things that could not be handled; the ledger keeps them for the next run.
        package var failed = 0
        /// Things about which we and Stripe do not agree even now.
        package var mismatches = 0
    }

    /// Whether everything was looked at; otherwise the next run goes on where this one stopped.
    package var isFinished = true
    /// What the steps did.
    package var tallies: [ReconciliationStep: Tally] = [:]
    /// Orders that Stripe calls paid and we do not.
    package var paidAtStripeOnly = 0
    /// Orders that we call paid and Stripe does not.
    package var paidHereOnly = 0
    /// Invariants that are violated, by name.
    package var violations: [String] = []
    /// Why the run ended before its work did.
    package var fault: ReconciliationFault?

    /// Nothing was done yet.
    package init() {}

    /// What a step did.
    package subscript(step: ReconciliationStep) -> Tally {
        get { tallies[step] ?? Tally() }
        set { tallies[step] = newValue }
    }

    /// Things that changed an order, of all steps.
    package var repaired: Int { tallies.values.reduce(0) { $0 + $1.repaired } }
    /// Things that could not be handled, of all steps.
    package var failed: Int { tallies.values.reduce(0) { $0 + $1.failed } }

    /// The report for programs and for the log.
    package var fields: [(String, JSONValue)] {
        [("finished", .bool(isFinished))]
            + ReconciliationStep.allCases.map { ($0.rawValue, self[$0].document) }
            + [
                ("paid_at_stripe_only", .integer(Int64(paidAtStripeOnly))),
                ("paid_here_only", .integer(Int64(paidHereOnly))),
                ("violated", .array(violations.map(JSONValue.string))),
            ]
    }
}

extension ReconciliationReport.Tally {
    fileprivate var document: JSONValue {
        .object([
            ("seen", .integer(Int64(seen))), ("repaired", .integer(Int64(repaired))),
            ("failed", .integer(Int64(failed))),
        ])
    }
}
