package import Kernel
package import Postgres

/// Removes data after its retention period, one time range at a time.
package enum RetentionStatements {
    /// How long payloads of events are kept.
    ///
    /// This is three times as long as Stripe keeps them; that the event was processed is kept for good.
    package static let payloadLifetime: Duration = .seconds(90 * 86_400)

    /// The start of the next range: the end of the last one, or the time of the first event or order.
    package static let start = Statement<Instant?>.row(
        """
        SELECT COALESCE(
            (SELECT through FROM reconcile_marks WHERE name = 'retention'),
            least((SELECT min(received_at) FROM webhook_events), (SELECT min(created_at) FROM orders)))
        """
    ) { row throws(PostgresFault) in try row.optionalInstant(0) }

    /// Trims the payloads of the events received in this range, except those that still fail.
    package static func trimPayloads(from start: Instant, to end: Instant) -> Statement<Int> {
        .row("SELECT trim_event_payloads(\(start), \(end))") { row throws(PostgresFault) in Int(try row.integer(0)) }
    }

    /// Removes the unpaid orders of this range, including the buyers' addresses, and the customers left without an
    /// order.
    package static func forgetUnpaid(from start: Instant, to end: Instant) -> Statement<Int> {
        .row("SELECT forget_unpaid_orders(\(start), \(end))") { row throws(PostgresFault) in Int(try row.integer(0)) }
    }
}
