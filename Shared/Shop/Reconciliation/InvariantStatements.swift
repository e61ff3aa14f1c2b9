package import Kernel
package import Postgres

/// What must be true of a shop's data at any time; the words are for alerts.
package enum Invariant: String, CaseIterable, Sendable {
    /// Somebody paid and has fewer licenses than they bought.
    case paidWithoutLicense = "paid_without_license"
    /// A license that nobody has paid for.
    case licenseWithoutPaidOrder = "license_without_paid_order"
    /// A license opens doors though the money went back, is disputed, or the seller closed it by hand.
    case openLicenseOnClosedOrder = "active_license_on_refunded_order"
    /// A license opens no doors though its order is paid and the seller did not close it.
    case closedLicenseOnPaidOrder = "closed_license_on_paid_order"
    /// A mail is due for ten minutes and nobody sends it.
    case mailOverdue = "mail_pending_beyond_schedule"
    /// An event could not be handled for ten minutes.
    case eventUnhandled = "event_unhandled"
    /// Stripe delivers nothing at a time when sales usually come.
    case noWebhook = "no_webhook"
}

/// How often an invariant is violated.
package struct Violations: Equatable, Sendable {
    /// In how many cases.
    package let count: Int64
    /// Some of them: IDs of orders, licenses, mails or events.
    package let examples: [String]

    /// Takes the parts as they are.
    package init(count: Int64, examples: [String]) {
        self.count = count
        self.examples = examples
    }
}

/// Where the invariants do not hold: one statement each, so that each sees the data as they are at one moment.
package enum InvariantStatements {
    /// The cases in which `invariant` does not hold, with five of them by name.
    ///
    /// - Parameter quietHours: after how many hours without a delivery `.noWebhook` speaks.
    package static func violations(
        of invariant: Invariant, quietHours: Int, at now: Instant
    ) -> Statement<Violations> {
        .row(
            """
            WITH violation (id, since) AS (\(cases(of: invariant, quietHours: quietHours, at: now)))
            SELECT count(*), (SELECT array_agg(id ORDER BY since) FROM (SELECT * FROM violation ORDER BY since LIMIT 5) AS sample)
            FROM violation
            """
        ) { row throws(PostgresFault) in
            Violations(count: try row.integer(0), examples: row.isNull(1) ? [] : try row.texts(1))
        }
    }

    /// How late a mail or an event may be, which others are to notice before: what goes by the minute took its turns.
    private static let patience: Duration = .seconds(600)

    /// A query of the cases in which `invariant` does not hold: an ID as text, and since when.
    private static func cases(of invariant: Invariant, quietHours: Int, at now: Instant) -> SQL {
        switch invariant {
        case .paidWithoutLicense: paidWithoutLicense
        case .licenseWithoutPaidOrder:
            """
            SELECT l.id::text, l.created_at FROM licenses l JOIN orders o ON o.id = l.order_id
            WHERE o.status NOT IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'lost')
            """
        case .openLicenseOnClosedOrder:
            """
            SELECT l.id::text, l.created_at FROM licenses l JOIN orders o ON o.id = l.order_id
            WHERE (l.status = 'active' AND (o.status IN ('refunded', 'lost', 'disputed') OR l.held_at IS NOT NULL))
                OR (l.status = 'suspended' AND o.status IN ('refunded', 'lost'))
            """
        case .closedLicenseOnPaidOrder:
            """
            SELECT l.id::text, l.created_at FROM licenses l JOIN orders o ON o.id = l.order_id
            WHERE l.held_at IS NULL AND ((o.status IN ('paid', 'partially_refunded') AND l.status <> 'active')
                OR (o.status = 'disputed' AND l.status = 'revoked'))
            """
        case .mailOverdue:
            """
            SELECT id::text, next_attempt_at FROM emails
            WHERE status = 'pending' AND next_attempt_at < \(now - patience)
            """
        case .eventUnhandled:
            // A session's ID opens its order's page, so it is not told.
            """
            SELECT CASE WHEN stripe_event_id LIKE 'session:%' THEN type ELSE stripe_event_id END, received_at
            FROM webhook_events WHERE status = 'failed' AND received_at < \(now - patience)
            """
        case .noWebhook: silence(since: now - .seconds(3_600 * quietHours), at: now)
        }
    }

    /// Each table is read once and counted whole: an order at a time would cost a shop of a million sales three times
    /// as much.
    private static let paidWithoutLicense: SQL = """
        SELECT o.id::text, o.created_at FROM orders o
        LEFT JOIN (SELECT order_id, count(*) AS licenses FROM licenses GROUP BY order_id) l ON l.order_id = o.id
        LEFT JOIN (SELECT order_id, sum(quantity) AS units FROM order_items GROUP BY order_id) i
            ON i.order_id = o.id
        WHERE o.status IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'lost')
            AND COALESCE(l.licenses, 0) < COALESCE(i.units, 1)
        """

    /// One row when nothing was delivered since `start`, and in at least three of the last four weeks somebody paid in
    /// these hours of the same weekday.
    private static func silence(since start: Instant, at now: Instant) -> SQL {
        """
        SELECT 'since ' || COALESCE(to_char(max(e.received_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), 'ever'),
            max(e.received_at)
        FROM webhook_events e WHERE e.source = 'delivered'
        HAVING COALESCE(max(e.received_at) < \(start), true) AND 3 <= (
            SELECT count(*) FROM generate_series(1, 4) AS week (ago) WHERE EXISTS (
                SELECT FROM orders o WHERE o.paid_at <= \(now)::timestamptz - week.ago * interval '7 days'
                    AND o.paid_at > \(start)::timestamptz - week.ago * interval '7 days'))
        """
    }
}
