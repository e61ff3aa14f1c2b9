package import Kernel
package import Orders
package import Postgres

/// How we came to know an event; the words are those of the database.
package enum EventSource: String, Sendable {
    /// Stripe delivered it to our endpoint.
    case delivered
    /// We asked Stripe.
    case asked
}

/// One event as the ledger keeps it.
package struct LedgerEntry: Equatable, Sendable {
    /// Stripe's ID of the event.
    package let event: String
    /// Stripe's word for what happened.
    package let type: String
    /// The version of Stripe's API that it is written in.
    package let apiVersion: String?
    /// When it happened, says Stripe.
    package let createdAt: Instant
    /// When its delivery arrived.
    package let receivedAt: Instant
    /// The body as it was signed, or as Stripe told it when asked.
    package let payload: String
    /// Who began.
    package let source: EventSource

    /// Takes the parts as they are.
    package init(
        event: String, type: String, apiVersion: String?, createdAt: Instant, receivedAt: Instant, payload: String,
        source: EventSource
    ) {
        self.event = event
        self.type = type
        self.apiVersion = apiVersion
        self.createdAt = createdAt
        self.receivedAt = receivedAt
        self.payload = payload
        self.source = source
    }
}

/// The states of an event in the ledger; the raw values are those of the database.
package enum EventStatus: String, CaseIterable, Sendable {
    case processed
    /// It means nothing to this shop.
    case ignored
    /// It could not be handled yet.
    case failed
}

/// An event of Stripe's about the order.
package struct LedgeredEvent: Equatable, Sendable {
    /// Stripe's ID of the event.
    package let id: String
    /// What happened.
    package let type: String
    /// What became of it here.
    package let status: EventStatus
    /// How often it was handled.
    package let attempts: Int64
    /// When it arrived.
    package let receivedAt: Instant
    /// Why it could not be handled.
    package let error: String?
}

/// The writes of the webhook's ledger.
package enum LedgerStatements {
    /// Records an event that means nothing here, even if it failed before or there was another reason; a repeat changes
    /// nothing.
    package static func ignore(_ entry: LedgerEntry, why: String) -> Statement<Int> {
        .affected(
            """
            \(insert(entry, status: "'ignored'", error: "\(why)"))
            ON CONFLICT (stripe_event_id) DO UPDATE
            SET status = 'ignored', attempts = e.attempts + 1, error = EXCLUDED.error
            WHERE e.status = 'failed' OR (e.status = 'ignored' AND e.error IS DISTINCT FROM EXCLUDED.error)
            """)
    }

    /// Records that an event could not be handled and why, so that it is not forgotten if Stripe gives up; an event
    /// that was handled meanwhile stays handled.
    package static func fail(_ entry: LedgerEntry, why: String) -> Statement<Int> {
        .affected(
            """
            \(insert(entry, status: "'failed'", error: "\(why)"))
            ON CONFLICT (stripe_event_id) DO UPDATE
            SET status = 'failed', attempts = e.attempts + 1, error = EXCLUDED.error WHERE e.status <> 'processed'
            """)
    }

    /// The claim of `entry` by the transaction that handles it, for a WITH part.
    ///
    /// It returns the event's ID when the event has not been handled before; a second copy waits for the first and then
    /// finds it handled.
    ///
    /// - Parameter source: a FROM clause, for a claim that waits for another part.
    static func claim(_ entry: LedgerEntry, from source: SQL = "") -> SQL {
        """
        \(insert(entry, status: "'processed'", error: "NULL"))\(source)
        ON CONFLICT (stripe_event_id) DO UPDATE
        SET status = 'processed', attempts = e.attempts + 1, error = NULL WHERE e.status <> 'processed'
        RETURNING stripe_event_id
        """
    }

    private static func insert(_ entry: LedgerEntry, status: SQL, error: SQL) -> SQL {
        """
        INSERT INTO webhook_events AS e
            (stripe_event_id, type, status, error, api_version, created_at, received_at, payload, source)
        SELECT \(entry.event), \(entry.type), \(status), \(error), \(entry.apiVersion), \(entry.createdAt),
            \(entry.receivedAt), \(entry.payload), \(entry.source.rawValue)
        """
    }

    /// The events whose kept payload names the order's session or payment; reads the whole ledger.
    package static func events(of order: OrderDetail) -> Statement<[LedgeredEvent]> {
        .rows(
            """
            SELECT stripe_event_id, type, status, attempts, received_at, error
            FROM webhook_events
            WHERE strpos(payload, '"' || \(order.session)::text || '"') > 0
                OR strpos(payload, '"' || \(order.paymentIntent)::text || '"') > 0
            ORDER BY created_at, received_at
            """
        ) { row throws(PostgresFault) in
            LedgeredEvent(
                id: try row.text(0), type: try row.text(1),
                status: try row.word(2, "state of an event") { EventStatus(rawValue: $0) },
                attempts: try row.integer(3),
                receivedAt: try row.instant(4), error: try row.optionalText(5))
        }
    }
}
