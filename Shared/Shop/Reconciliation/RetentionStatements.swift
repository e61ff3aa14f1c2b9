package import Kernel
package import Postgres

/// Removing what is kept for a time only, a stretch of time after the other.
package enum RetentionStatements {
    /// How long the words of an event are kept.
    ///
    /// Three times as long as Stripe keeps them; that the event was dealt with is kept for good.
    package static let keeping: Duration = .seconds(90 * 86_400)

    /// From when on there is something to look at: where the last look ended, or the first event's or order's time.
    package static let start = Statement<Instant?>.row(
        """
        SELECT COALESCE(
            (SELECT through FROM reconcile_marks WHERE name = 'retention'),
            least((SELECT min(received_at) FROM webhook_events), (SELECT min(created_at) FROM orders)))
        """
    ) { row throws(PostgresFault) in try row.optionalInstant(0) }

    /// Removes the words of the events that arrived in this time, but for those that could not be handled yet.
    package static func trimPayloads(from start: Instant, to end: Instant) -> Statement<Int> {
        .row("SELECT trim_event_payloads(\(start), \(end))") { row throws(PostgresFault) in Int(try row.integer(0)) }
    }

    /// Removes the orders of this time that nobody paid, with the buyers' addresses in them, and the customers who have
    /// no order then.
    package static func forgetUnpaid(from start: Instant, to end: Instant) -> Statement<Int> {
        .row("SELECT forget_unpaid_orders(\(start), \(end))") { row throws(PostgresFault) in Int(try row.integer(0)) }
    }
}
