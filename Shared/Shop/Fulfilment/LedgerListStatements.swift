import Kernel
package import Postgres

/// Reads of the ledger for the seller.
package enum LedgerListStatements {
    /// Returns the newest events with one of `statuses`, newest first.
    ///
    /// - Parameter before: only events received before this one, for the next page.
    package static func newest(
        _ limit: Int, _ statuses: Set<EventStatus>, before: String?
    ) -> Statement<[LedgeredEvent]> {
        .rows(
            """
            SELECT stripe_event_id, type, status, attempts, received_at, error FROM webhook_events
            WHERE status = ANY(\(statuses.map(\.rawValue))::text[]) AND (\(before)::text IS NULL OR
                (received_at, stripe_event_id) < (
                    SELECT received_at, stripe_event_id FROM webhook_events WHERE stripe_event_id = \(before)::text))
            ORDER BY received_at DESC, stripe_event_id DESC LIMIT \(limit)::bigint
            """, LedgeredEvent.read)
    }

    /// Returns one event; `nil` if the ledger has none with this ID.
    package static func event(_ id: String) -> Statement<LedgeredEvent?> {
        .optionalRow(
            """
            SELECT stripe_event_id, type, status, attempts, received_at, error FROM webhook_events
            WHERE stripe_event_id = \(id)
            """, LedgeredEvent.read)
    }

    /// Returns the number of events that failed and of those that are parked.
    package static let waiting = Statement<(failed: Int64, parked: Int64)>.row(
        """
        SELECT (SELECT count(*) FROM webhook_events WHERE status = 'failed'),
            (SELECT count(*) FROM webhook_events WHERE status = 'parked')
        """
    ) { row throws(PostgresFault) in (try row.integer(0), try row.integer(1)) }
}

extension LedgeredEvent {
    /// Reads a row of ID, type, status, attempts, time of receipt and error.
    static let read: @Sendable (borrowing Row) throws(PostgresFault) -> LedgeredEvent = { row throws(PostgresFault) in
        LedgeredEvent(
            id: try row.text(0), type: try row.text(1),
            status: try row.word(2, "state of an event") { EventStatus(rawValue: $0) },
            attempts: try row.integer(3), receivedAt: try row.instant(4), error: try row.optionalText(5))
    }
}
