package import Kernel
package import Orders
package import Postgres

/// The writes of an event about a payment, made once for each event.
package enum PaymentEventStatements {
    /// Stores the update; run it after `PaymentStatements.lock` and before `PaymentStatements.settle` in one transaction.
    ///
    /// It returns whether the update is in its order's currency, as far as both are known. Otherwise the event is not
    /// claimed, and the fact that is stored does not count.
    package static func record(
        _ update: PaymentUpdate, in currency: Currency? = nil, of payment: String, from entry: LedgerEntry
    ) -> Statement<Bool> {
        .row(
            """
            WITH known AS (
                SELECT NOT EXISTS (
                    SELECT FROM orders WHERE stripe_payment_intent_id = \(payment) AND currency <> \(currency?.code)
                ) AS is_comparable
            ), claimed AS (
                \(LedgerStatements.claim(entry, from: " FROM known WHERE is_comparable"))
            ), event AS (
                SELECT stripe_event_id FROM claimed
                UNION ALL SELECT \(entry.event)::text FROM known WHERE NOT is_comparable
            ), kept AS (
                \(PaymentStatements.keep(update, in: currency, of: payment, from: "event"))
            )
            SELECT is_comparable FROM known
            """
        ) { row throws(PostgresFault) in try row.bool(0) }
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

    /// Records an event that needs a person's attention; returns the payment's order, if any, and whether the event is
    /// new.
    package static func noteWarning(
        payment: String, from entry: LedgerEntry
    ) -> Statement<(order: OrderID?, isNews: Bool)> {
        .row(
            """
            WITH event AS (
                \(LedgerStatements.claim(entry))
            )
            SELECT (SELECT id FROM orders WHERE stripe_payment_intent_id = \(payment) LIMIT 1), EXISTS (SELECT FROM event)
            """
        ) { row throws(PostgresFault) in (try row.optionalID(0), try row.bool(1)) }
    }
}
