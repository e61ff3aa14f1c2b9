package import Kernel
import Orders
package import Postgres

/// What must hold for a shop's data at any time; the raw values are names for alerts.
package enum Invariant: String, CaseIterable, Sendable {
    /// A paid order has fewer licenses than units.
    case paidWithoutLicense = "paid_without_license"
    /// A license belongs to an unpaid order.
    case licenseWithoutPaidOrder = "license_without_paid_order"
    /// A license is active although its order is refunded or disputed, or the seller revoked it by hand.
    case openLicenseOnClosedOrder = "active_license_on_refunded_order"
    /// A license is not active although its order is paid and the seller did not revoke it.
    case closedLicenseOnPaidOrder = "closed_license_on_paid_order"
    /// An order's lines do not add up to its total, or more went back of a line than it cost.
    case linesDoNotAddUp = "lines_do_not_add_up"
    /// A mail has been due for ten minutes and has not been sent.
    case mailOverdue = "mail_pending_beyond_schedule"
    /// An event has been failing for ten minutes.
    case eventUnhandled = "event_unhandled"
    /// Stripe delivers nothing at a time when sales are usual.
    case noWebhook = "no_webhook"
}

/// The violations of an invariant.
package struct Violations: Equatable, Sendable {
    /// The number of cases.
    package let count: Int64
    /// Some of them: IDs of orders, licenses, mails or events.
    package let examples: [String]

    /// Creates violations.
    package init(count: Int64, examples: [String]) {
        self.count = count
        self.examples = examples
    }
}

/// Queries for violated invariants: one statement each, so that each sees one snapshot of the data.
package enum InvariantStatements {
    /// The cases that violate `invariant`, with the IDs of five.
    ///
    /// - Parameter quietHours: the number of hours without a delivery after which `.noWebhook` is violated.
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

    /// Whether all of the line `i` went back.
    private static let isRefunded = PaymentStatements.isRefunded("i.amount_refunded", of: "i.amount_total")

    /// How late a mail or an event may be: the jobs that run every minute have had several attempts by then.
    private static let patience: Duration = .seconds(600)

    /// A query for the cases that violate `invariant`: an ID as text, and since when.
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
            JOIN order_lines i ON i.order_id = l.order_id AND i.position = l.line
            WHERE (l.status = 'active' AND (o.status IN ('refunded', 'lost', 'disputed') OR l.held_at IS NOT NULL))
                OR (l.status IN ('active', 'suspended') AND \(isRefunded))
                OR (l.status = 'suspended' AND o.status IN ('refunded', 'lost'))
            """
        case .closedLicenseOnPaidOrder:
            """
            SELECT l.id::text, l.created_at FROM licenses l JOIN orders o ON o.id = l.order_id
            JOIN order_lines i ON i.order_id = l.order_id AND i.position = l.line
            WHERE l.held_at IS NULL AND NOT \(isRefunded)
                AND ((o.status IN ('paid', 'partially_refunded') AND l.status <> 'active')
                OR (o.status = 'disputed' AND l.status = 'revoked'))
            """
        case .linesDoNotAddUp:
            """
            SELECT o.id::text, o.created_at FROM orders o
            JOIN (
                SELECT order_id, sum(amount_total) AS total, sum(amount_refunded) AS refunded FROM order_lines
                GROUP BY order_id
            ) i ON i.order_id = o.id
            WHERE o.status IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'lost')
                AND (i.total <> o.amount_total OR i.refunded > o.amount_refunded)
            """
        case .mailOverdue:
            """
            SELECT id::text, next_attempt_at FROM emails
            WHERE status = 'pending' AND next_attempt_at < \(now - patience)
            """
        case .eventUnhandled:
            // A session's ID opens its order's page, so it is left out.
            """
            SELECT CASE WHEN stripe_event_id LIKE 'session:%' THEN type ELSE stripe_event_id END, received_at
            FROM webhook_events WHERE status = 'failed' AND received_at < \(now - patience)
            """
        case .noWebhook: silence(since: now - .seconds(3_600 * quietHours), at: now)
        }
    }

    /// Each table is aggregated as a whole: a subquery per order would cost a shop with a million sales three times as
    /// much.
    private static let paidWithoutLicense: SQL = """
        SELECT o.id::text, o.created_at FROM orders o
        LEFT JOIN (SELECT order_id, count(*) AS licenses FROM licenses GROUP BY order_id) l ON l.order_id = o.id
        LEFT JOIN (
            SELECT order_id, sum(quantity) FILTER (WHERE product_id IS NOT NULL) AS units FROM order_lines GROUP BY order_id
        ) i ON i.order_id = o.id
        WHERE o.status IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'lost')
            AND COALESCE(l.licenses, 0) < COALESCE(i.units, 1)
        """

    /// Returns one row if nothing has been delivered since `start` and, in at least three of the last four weeks, an
    /// order was paid in these hours of the same weekday.
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
