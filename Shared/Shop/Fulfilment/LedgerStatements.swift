package import Kernel
package import Orders
package import Postgres

/// How we learned of an event; the raw values are those of the database.
package enum EventSource: String, Sendable {
    /// Stripe delivered it to our endpoint.
    case delivered
    /// We got it in a response of Stripe's API.
    case fetched = "asked"
}

/// An event as the ledger keeps it.
package struct LedgerEntry: Equatable, Sendable {
    /// Stripe's ID of the event.
    package let event: String
    /// Stripe's event type, or the type for the poller.
    package let type: String
    /// The version of Stripe's API that the payload is in.
    package let apiVersion: String?
    /// When it happened, by Stripe's clock.
    package let createdAt: Instant
    /// When we received it.
    package let receivedAt: Instant
    /// The body as signed, or as Stripe's API returned it.
    package let payload: String
    /// How we learned of it.
    package let source: EventSource

    /// Creates a ledger entry.
    package init(
        event: String, type: String, apiVersion: String?, createdAt: Instant, receivedAt: Instant, payload: String,
        source: EventSource
    ) {
        self.event = event
        self.type = LedgerEntry.storable(type, within: 255)
        self.apiVersion = apiVersion.map { LedgerEntry.storable($0, within: 255) }
        self.createdAt = createdAt
        self.receivedAt = receivedAt
        self.payload = payload
        self.source = source
    }
}

/// The statuses of an event in the ledger; the raw values are those of the database.
package enum EventStatus: String, CaseIterable, Sendable {
    case processed
    /// It is irrelevant to this shop.
    case ignored
    /// It has not been processed successfully yet; reconcile tries again.
    case failed
    /// Our rules refuse it for good, or a person put it away; only a person tries again.
    case parked
}

extension LedgerEntry {
    /// Returns `text` without control characters, among them NUL, which no column holds, and no longer than an index
    /// takes: the ledger must take in whatever it is to report.
    static func storable(_ text: String, within limit: Int) -> String {
        let bytes = text.utf8.span
        var isPlain = bytes.count <= limit
        for index in bytes.indices where bytes[index] < 0x20 { isPlain = false }
        if isPlain { return text }
        var short = SafeText.singleLine(text)
        while short.utf8.count > limit { short = String(short.prefix(min(short.count - 1, limit))) }
        return short
    }

    /// Returns a reason as the ledger keeps it.
    static func reason(_ text: String) -> String { storable(text, within: 500) }
}

/// An event of Stripe's about an order.
package struct LedgeredEvent: Equatable, Sendable {
    /// Stripe's ID of the event.
    package let id: String
    /// The event's type.
    package let type: String
    /// Its status here.
    package let status: EventStatus
    /// The number of attempts.
    package let attempts: Int64
    /// When we received it.
    package let receivedAt: Instant
    /// Why it failed, was ignored or is parked.
    package let error: String?
}

/// The writes of the event ledger.
package enum LedgerStatements {
    /// Records an irrelevant event, even if it failed or was parked before or was ignored for another reason; a repeat
    /// changes nothing.
    package static func ignore(_ entry: LedgerEntry, why: String) -> Statement<Int> {
        .affected(
            """
            \(insert(entry, status: "'ignored'", error: "\(LedgerEntry.reason(why))"))
            ON CONFLICT (stripe_event_id) DO UPDATE
            SET status = 'ignored', attempts = e.attempts + 1, error = EXCLUDED.error
            WHERE e.status IN ('failed', 'parked') OR (e.status = 'ignored' AND e.error IS DISTINCT FROM EXCLUDED.error)
            """)
    }

    /// Records that an event failed and why, so that it is not lost if Stripe gives up.
    ///
    /// An event that has been processed meanwhile stays processed, and one that is parked stays parked.
    package static func fail(_ entry: LedgerEntry, why: String) -> Statement<Int> {
        .affected(
            """
            \(insert(entry, status: "'failed'", error: "\(LedgerEntry.reason(why))"))
            ON CONFLICT (stripe_event_id) DO UPDATE
            SET status = 'failed', attempts = e.attempts + 1, error = EXCLUDED.error
            WHERE e.status NOT IN ('processed', 'parked')
            """)
    }

    /// Claims `entry` for the transaction that processes it, for a WITH part.
    ///
    /// It returns the event's ID if the event has not been processed before; a second copy waits for the first and then
    /// finds it processed.
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

    /// Trims the payloads of the events received in a time range, except those that still fail; returns how many.
    package static func trimPayloads(from start: Instant, to end: Instant) -> Statement<Int> {
        .row("SELECT trim_event_payloads(\(start), \(end))") { row throws(PostgresFault) in Int(try row.integer(0)) }
    }

    /// Returns the events whose stored payload contains the order's session or payment; scans the whole ledger.
    package static func events(of order: OrderDetail) -> Statement<[LedgeredEvent]> {
        .rows(
            """
            SELECT stripe_event_id, type, status, attempts, received_at, error
            FROM webhook_events
            WHERE strpos(payload, '"' || \(order.session)::text || '"') > 0
                OR strpos(payload, '"' || \(order.paymentIntent)::text || '"') > 0
            ORDER BY created_at, received_at
            """, LedgeredEvent.read)
    }
}
