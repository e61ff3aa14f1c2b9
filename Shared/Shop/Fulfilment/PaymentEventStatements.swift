package import Kernel
package import Orders
package import Postgres

/// The writes of an event about a payment, made once for each event.
package enum PaymentEventStatements {
    /// Takes the payment's lock and stores the update; run it with `PaymentStatements.settle` in one transaction.
    package static func record(_ update: PaymentUpdate, of payment: String, from entry: LedgerEntry) -> Statement<Int> {
        .affected(
            """
            WITH \(PaymentStatements.gate(payment)), event AS (
                \(LedgerStatements.claim(entry, from: " FROM gate"))
            )
            \(PaymentStatements.keep(update, of: payment, from: "event"))
            """)
    }

    /// Records why a payment attempt failed.
    package static func noteFailure(
        _ code: String, order: OrderID, at: Instant, from entry: LedgerEntry
    ) -> Statement<Int> {
        .affected(
            """
            WITH event AS (
                \(LedgerStatements.claim(entry))
            )
            \(PaymentStatements.noteFailure(code, order: order, at: at, from: "event"))
            """)
    }

    /// Records an event that needs a person's attention; returns the payment's order, if any.
    package static func noteWarning(payment: String, from entry: LedgerEntry) -> Statement<OrderID?> {
        .row(
            """
            WITH event AS (
                \(LedgerStatements.claim(entry))
            )
            SELECT (SELECT id FROM orders WHERE stripe_payment_intent_id = \(payment) LIMIT 1)
            """
        ) { row throws(PostgresFault) in try row.optionalID(0) }
    }
}
