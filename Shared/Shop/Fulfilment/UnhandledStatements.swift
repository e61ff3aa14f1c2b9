package import Kernel
package import Postgres

/// An event in the ledger that is still to be processed.
package struct UnhandledEvent: Equatable, Sendable {
    /// The entry's ID.
    package let id: String
    /// Stripe's event type, or the type for the poller.
    package let type: String
    /// The version of Stripe's API that the payload is in.
    package let apiVersion: String?
    /// When it happened.
    package let createdAt: Instant
    /// When we learned of it.
    package let receivedAt: Instant
    /// The payload; `nil` if it was trimmed.
    package let payload: String?

    /// Returns its entry, with `payload` in place of a trimmed one.
    package func entry(orElse payload: String = "{}") -> LedgerEntry {
        LedgerEntry(
            event: id, type: type, apiVersion: apiVersion, createdAt: createdAt, receivedAt: receivedAt,
            payload: self.payload ?? payload, source: .fetched)
    }
}

/// Reads of the ledger that find events to retry.
package enum UnhandledStatements {
    /// The events that failed, and those of `types` that an older version of ours ignored: fewest attempts first, then
    /// the oldest first.
    ///
    /// Parked ones wait for a person.
    package static func waiting(types: [String], limit: Int) -> Statement<[String]> {
        .rows(
            """
            SELECT stripe_event_id FROM (
                SELECT stripe_event_id, attempts, created_at FROM webhook_events WHERE status = 'failed'
                UNION ALL
                SELECT stripe_event_id, attempts, created_at FROM webhook_events
                WHERE status = 'ignored' AND error = 'not used' AND type = ANY(\(types))
            ) waiting
            ORDER BY attempts, created_at LIMIT \(limit)::integer
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// An event with one of `statuses`; `nil` if there is none, or if it has another status meanwhile.
    package static func event(
        _ id: String, _ statuses: Set<EventStatus> = [.failed, .ignored]
    ) -> Statement<UnhandledEvent?> {
        .optionalRow(
            """
            SELECT stripe_event_id, type, api_version, created_at, received_at, payload FROM webhook_events
            WHERE stripe_event_id = \(id) AND status = ANY(\(statuses.map(\.rawValue))::text[])
            """
        ) { row throws(PostgresFault) in
            UnhandledEvent(
                id: try row.text(0), type: try row.text(1), apiVersion: try row.optionalText(2),
                createdAt: try row.instant(3), receivedAt: try row.instant(4), payload: try row.optionalText(5))
        }
    }

    /// Those of `events` that are not in the ledger.
    package static func unknown(among events: [String]) -> Statement<[String]> {
        .rows(
            """
            SELECT asked.id FROM unnest(\(events)::text[]) WITH ORDINALITY AS asked (id, place)
            WHERE NOT EXISTS (SELECT FROM webhook_events e WHERE e.stripe_event_id = asked.id)
            ORDER BY asked.place
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }
}
