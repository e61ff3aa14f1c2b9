package import JSON
import Kernel

/// The steps of a run, in order.
package enum ReconciliationStep: String, CaseIterable, Sendable {
    /// Events of our own ledger that failed, or that an older version ignored.
    case ledger
    /// Refunds come before sales, so that the buyer of a sale that has been refunded gets one mail, not also a receipt
    /// with a revoked key.
    case refunds
    /// Disputes come before sales, for the same reason.
    case disputes
    /// Events that Stripe could not deliver, or all of them.
    case events
    /// Sessions that were created recently.
    case sessions
    /// Pending payments, refunds and disputes, of any age.
    case unsettled
    /// Orders that are paid here.
    case orders
}

/// The result of a run.
package struct ReconciliationReport: Equatable, Sendable {
    /// The result of one step.
    package struct Tally: Equatable, Sendable {
        /// Items that were looked at.
        package var seen = 0
        /// Items that changed an order, or in a dry run would have been processed.
        package var repaired = 0
        /// Items that failed; the ledger keeps them for the next run.
        package var failed = 0
    }

    /// Whether everything was looked at; otherwise the next run resumes where this one stopped.
    package var isFinished = true
    /// The results of the steps.
    package var tallies: [ReconciliationStep: Tally] = [:]
    /// Orders that are paid at Stripe and not here.
    package var paidAtStripeOnly = 0
    /// Orders that are paid here and not at Stripe.
    package var paidHereOnly = 0
    /// Invariants that are violated, by name.
    package var violations: [String] = []
    /// Items that this run parked for a person; those that were parked before are not counted.
    package var parked = 0
    /// Why the run ended early.
    package var fault: ReconciliationFault?

    /// Creates an empty report.
    package init() {}

    /// The result of a step.
    package subscript(step: ReconciliationStep) -> Tally {
        get { tallies[step] ?? Tally() }
        set { tallies[step] = newValue }
    }

    /// Items that changed an order, over all steps.
    package var repaired: Int { tallies.values.reduce(0) { $0 + $1.repaired } }
    /// Items that failed, over all steps.
    package var failed: Int { tallies.values.reduce(0) { $0 + $1.failed } }

    /// Whether the run finished and found nothing that needs a person's attention.
    package var isClean: Bool {
        isFinished && failed == 0 && parked == 0 && paidAtStripeOnly == 0 && paidHereOnly == 0 && violations.isEmpty
    }

    /// The report for programs and for the log.
    package var fields: [(String, JSONValue)] {
        [("finished", .bool(isFinished))]
            + ReconciliationStep.allCases.map { ($0.rawValue, self[$0].document) }
            + [
                ("parked", .integer(Int64(parked))),
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
