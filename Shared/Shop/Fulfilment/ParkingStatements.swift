package import Audit
import Kernel
package import Postgres

/// What parking an event changed.
struct ParkingOutcome: Equatable, Sendable {
    /// Whether it was not parked before.
    let isNew: Bool
    /// Whether another entry about the same object is parked.
    let isKnownOtherwise: Bool
}

/// The writes and reads of parked events: our rules refuse them for good, so nothing but a person tries them again.
package enum ParkingStatements {
    /// Parks an event, unless it has been processed; a repeat counts the attempt, with its reason if nobody gave one.
    static func park(_ entry: LedgerEntry, about subject: LedgerSubject?, why: String) -> Statement<ParkingOutcome> {
        let (subject, why) = (subject?.name, LedgerEntry.reason(why))
        return .row(
            """
            WITH parked AS (
                INSERT INTO webhook_events AS e
                    (stripe_event_id, type, status, error, api_version, created_at, received_at, payload, source, subject)
                SELECT \(entry.event), \(entry.type), 'parked', \(why), \(entry.apiVersion),
                    \(entry.createdAt), \(entry.receivedAt), \(entry.payload), \(entry.source.rawValue), \(subject)
                ON CONFLICT (stripe_event_id) DO UPDATE
                SET status = 'parked', attempts = e.attempts + 1, error = EXCLUDED.error, subject = EXCLUDED.subject
                WHERE e.status NOT IN ('processed', 'parked')
                RETURNING stripe_event_id
            ), repeated AS (
                UPDATE webhook_events SET attempts = attempts + 1,
                    error = CASE WHEN error LIKE 'put away: %' THEN error ELSE \(why) END
                WHERE stripe_event_id = \(entry.event) AND status = 'parked'
            )
            SELECT EXISTS (SELECT FROM parked), EXISTS (
                SELECT FROM webhook_events
                WHERE status = 'parked' AND subject = \(subject)::text AND stripe_event_id <> \(entry.event))
            """
        ) { row throws(PostgresFault) in ParkingOutcome(isNew: try row.bool(0), isKnownOtherwise: try row.bool(1)) }
    }

    /// Parks the processed events that told facts of `payment` in another currency than `currency`, its order's, and
    /// returns their IDs: their refund or dispute arrived before the sale.
    static func parkFacts(of payment: String, notIn currency: Currency, why: String) -> Statement<[String]> {
        .rows(
            """
            UPDATE webhook_events e SET status = 'parked', error = \(why)
            FROM (
                SELECT event FROM refund_totals
                WHERE stripe_payment_intent_id = \(payment) AND currency <> \(currency.code)
                UNION SELECT event FROM refunds
                WHERE stripe_payment_intent_id = \(payment) AND currency <> \(currency.code)
                UNION SELECT event FROM disputes
                WHERE stripe_payment_intent_id = \(payment) AND currency <> \(currency.code)
            ) told
            WHERE e.stripe_event_id = told.event AND e.status = 'processed'
            RETURNING e.stripe_event_id
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Puts a failed event away for a person, with an entry of the audit log; returns 0 if it has not failed.
    ///
    /// A session's ID opens its order's page, so the log has the object's kind in its place.
    package static func putAway(_ event: String, by context: AuditContext) -> Statement<Int> {
        .affected(
            """
            WITH parked AS (
                UPDATE webhook_events e
                SET status = 'parked', error = concat('put away: ', \(context.reason?.text)::text, ' (', e.error, ')')
                WHERE e.stripe_event_id = \(event) AND e.status = 'failed'
                RETURNING CASE WHEN stripe_event_id LIKE 'session:%' THEN 'session' ELSE stripe_event_id END AS name, type
            )
            \(AuditStatements.append(
                context, "'event.parked'", of: "NULL::uuid", details: "'event', name, 'type', type", from: "parked"))
            """)
    }

    /// Returns those of the entries `ids` that are parked.
    package static func parked(among ids: [String]) -> Statement<[String]> {
        .rows(
            """
            SELECT stripe_event_id FROM webhook_events
            WHERE stripe_event_id = ANY(\(ids)::text[]) AND status = 'parked'
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }
}
