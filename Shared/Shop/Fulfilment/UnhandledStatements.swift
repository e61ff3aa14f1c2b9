package import Kernel
package import Postgres

/// An event of the ledger that is still to be handled.
package struct UnhandledEvent: Equatable, Sendable {
    /// The entry's ID.
    package let id: String
    /// Stripe's word for what happened, or who looked.
    package let type: String
    /// The version of Stripe's API that it is written in.
    package let apiVersion: String?
    /// When it happened.
    package let createdAt: Instant
    /// When we learned of it.
    package let receivedAt: Instant
    /// What we learned; `nil` when it was trimmed.
    package let payload: String?

    /// The entry for it, with `payload` for one that was trimmed.
    package func entry(orElse payload: String = "{}") -> LedgerEntry {
        LedgerEntry(
            event: id, type: type, apiVersion: apiVersion, createdAt: createdAt, receivedAt: receivedAt,
            payload: self.payload ?? payload, source: .asked)
    }
}

/// What the ledger says of events, to find those that need another try.
package enum UnhandledStatements {
    /// The events that failed, and those of `types` that a version of ours had no use for: those tried least first, and
    /// of these the oldest.
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

    /// One of them; `nil` when it has been handled meanwhile.
    package static func event(_ id: String) -> Statement<UnhandledEvent?> {
        .optionalRow(
            """
            SELECT stripe_event_id, type, api_version, created_at, received_at, payload FROM webhook_events
            WHERE stripe_event_id = \(id) AND status <> 'processed'
            """
        ) { row throws(PostgresFault) in
            UnhandledEvent(
                id: try row.text(0), type: try row.text(1), apiVersion: try row.optionalText(2),
                createdAt: try row.instant(3), receivedAt: try row.instant(4), payload: try row.optionalText(5))
        }
    }

    /// Those of `events` that the ledger does not have.
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
