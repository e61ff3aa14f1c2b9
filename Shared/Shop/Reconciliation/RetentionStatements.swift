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
}
