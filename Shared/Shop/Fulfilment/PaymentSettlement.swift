package import EventLoop
import JSON
package import Kernel
package import Log
package import Orders
package import Postgres

/// Applies and reports Stripe's updates of a payment after its sale.
///
/// This is the one path for events, for polled state, and for refunds that the seller makes here.
@Loop
package struct PaymentSettlement {
    private let actor: String
    private let origin: String
    private let log: Log

    /// Creates the use case.
    ///
    /// - Parameters:
    ///   - actor: the audit log's name for the caller, such as `function:webhook`.
    ///   - origin: the audit log's origin; empty for a function.
    package init(actor: String, origin: String = "", log: Log) {
        self.actor = actor
        self.origin = origin
        self.log = log
    }

    /// Returns the statements that store an update and settle its order from all stored facts; run them as one
    /// transaction, after the payment's lock.
    ///
    /// - Parameter lease: the end of the caller's lease on the mails; `now` to leave them to `email-retry`.
    package func statements(
        _ update: PaymentUpdate, in currency: Currency?, of payment: String, from entry: LedgerEntry,
        mailLeasedUntil lease: Instant, at now: Instant
    ) -> (record: Statement<Bool>, settle: Statement<PaymentOutcome?>) {
        (
            PaymentEventStatements.record(update, in: currency, of: payment, from: entry),
            PaymentStatements.settle(
                payment, PaymentMails(at: now), mailLeasedUntil: lease, by: actor, from: origin, at: now)
        )
    }

    /// Logs the outcome, and what the seller should look at soon: a dispute has a deadline for the response.
    package func report(_ outcome: PaymentOutcome?, of entry: LedgerEntry) {
        guard let outcome else {
            log(.info, "event handled", entry.logFields + [("status", "known already, or its sale has not arrived")])
            return
        }
        let fields = entry.logFields + outcome.logFields
        log(.info, "event handled", fields)
        if outcome.amountRefunded != outcome.previouslyRefunded { log(.notice, "a refund was booked", fields) }
        if outcome.unallocated > 0, outcome.unallocated != outcome.previouslyUnallocated {
            log(.error, "a refund fits no line of its order", fields)
        }
        guard outcome.status != outcome.previous else { return }
        switch outcome.status {
        case .disputed: log(.warning, "a dispute was opened", fields)
        case .lost: log(.warning, "a dispute was lost", fields)
        case .paid, .partiallyRefunded:
            if outcome.previous == .disputed || outcome.previous == .lost { log(.notice, "a dispute was won", fields) }
        default: break
        }
    }
}

extension LedgerEntry {
    /// The entry's log fields.
    var logFields: [(String, JSONValue)] { [("event", .string(loggedName)), ("type", .string(type))] }
}

extension PaymentOutcome {
    fileprivate var logFields: [(String, JSONValue)] {
        [
            ("order", .id(order)), ("from", .own(previous.rawValue)),
            ("status", .own(status.rawValue)), ("amount_refunded", .integer(amountRefunded)),
            ("refunded_before", .integer(previouslyRefunded)),
        ] + (unallocated > 0 ? [("unallocated", .integer(unallocated))] : [])
    }
}
