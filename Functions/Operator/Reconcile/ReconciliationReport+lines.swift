import Kernel
import Reconciliation

extension ReconciliationReport {
    /// The text output.
    func lines(isDryRun: Bool) -> [String] {
        let head = ["", "read", isDryRun ? "to repair" : "repaired", "failed"]
        let rows = ReconciliationStep.allCases.map { step in
            [step.label, "\(self[step].seen)", "\(self[step].repaired)", "\(self[step].failed)"]
        }
        return aligned([head] + rows) + [""] + findings
            + (isDryRun ? ["", "This was a dry run: nothing was changed."] : [])
    }

    private var findings: [String] {
        var lines: [String] = []
        if failed > 0 { lines.append("✗ \(count(failed, "thing")) could not be repaired; the ledger has the reasons") }
        if parked > 0 { lines.append("✗ \(count(parked, "thing")) parked for a person: see latchkey event list") }
        if paidAtStripeOnly > 0 { lines.append("✗ \(count(paidAtStripeOnly, "order")) paid at Stripe and not here") }
        if paidHereOnly > 0 { lines.append("✗ \(count(paidHereOnly, "order")) paid here and not at Stripe") }
        lines += violations.map { "✗ invariant violated: \($0) (latchkey doctor --deep tells more)" }
        if fault == nil, lines.isEmpty { lines.append("✓ the shop and Stripe agree, and every invariant holds") }
        return lines
    }

    private func count(_ number: Int, _ thing: String) -> String { number == 1 ? "1 \(thing)" : "\(number) \(thing)s" }
}

extension ReconciliationStep {
    fileprivate var label: String {
        switch self {
        case .ledger: "events that had failed"
        case .refunds: "refunds"
        case .disputes: "disputes"
        case .events: "events"
        case .sessions: "checkout sessions"
        case .unsettled: "what is waited for"
        case .orders: "orders paid here"
        }
    }
}
