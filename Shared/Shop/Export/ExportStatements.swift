import Kernel
package import Licensing
package import Postgres

/// The exported tables, each written as one JSON object per row.
///
/// Omitted columns are listed in `leftOut`, with the reason.
package enum ExportTable: String, CaseIterable, Sendable {
    case shops
    case products
    case prices
    case releases
    case artifacts
    case customers
    case orders
    case orderLines = "order_lines"
    case licenses
    case activations
    case downloadGrants = "download_grants"
    case refunds
    case refundTotals = "refund_totals"
    case refundRequests = "refund_requests"
    case disputes
    case emails
    case webhookEvents = "webhook_events"
    case auditLog = "audit_log"
    case auditSeals = "audit_seals"

    /// The tables and columns that are not exported, and why.
    package static let leftOut = [
        "emails.released": "the state of a mail after a hold on the outbox",
        "order_items": "a view of order_lines under its former name",
        "outbox_hold": "whether the mail server refuses the shop at the moment",
        "order_numbers": "the last number of each shop, which its orders have",
        "rate_limits": "request counts of the last minutes",
        "reconcile_marks": "the watermarks of reconcile",
        "resend_requests": "requests that are processed within minutes or discarded",
        "schema_migrations": "the manifest names the last one",
        "customers.resend_queued_at": "a request that is processed within minutes",
        "webhook_events.payload": "Stripe keeps the original; the copy here is trimmed after 90 days",
    ]
}

/// An exported license with the input of its key; `nil` if it has no key.
package struct ExportedLicense: Equatable, Sendable {
    /// The row as a JSON object.
    package let row: String
    /// The values that the key is derived from.
    package let origin: KeyOrigin?
    /// The hash of the key, as stored.
    package let keyHash: [UInt8]
}

/// The statements of an export: a snapshot of all tables, read a bounded number of rows at a time.
package enum ExportStatements {
    /// Begins a repeatable-read snapshot.
    package static let begin = Statement<Int>.affected("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    /// Formats times in UTC until the transaction ends.
    package static let inUTC = Statement<Int>.affected("SET LOCAL TIME ZONE 'UTC'")

    /// Ends the transaction.
    package static let end = Statement<Int>.affected("COMMIT")

    /// Reads the version of the last migration; 0 if there is none.
    package static let schema = Statement<Int>.row("SELECT COALESCE(max(version), 0) FROM schema_migrations") {
        row throws(PostgresFault) in Int(try row.integer(0))
    }

    /// Fetches the next rows from the cursor; none at the end.
    package static let next = Statement<[String]>.rows("FETCH FORWARD 1000 FROM export_rows") {
        row throws(PostgresFault) in try row.text(0)
    }

    /// Fetches the next licenses from their cursor; none at the end.
    package static let nextLicenses = Statement<[ExportedLicense]>.rows("FETCH FORWARD 1000 FROM export_licenses") {
        row throws(PostgresFault) in
        ExportedLicense(
            row: try row.text(0),
            origin: row.isNull(2) || row.isNull(3)
                ? nil
                : KeyOrigin(
                    license: try row.id(1), prefix: try row.text(2), version: Int(try row.integer(3)),
                    reissues: Int(try row.integer(4))), keyHash: row.isNull(5) ? [] : try row.bytes(5))
    }

    /// Closes all cursors.
    package static let close = Statement<Int>.affected("CLOSE ALL")

    /// Opens a cursor on the licenses, joined with the values that their keys are derived from.
    package static let openLicenses = Statement<Int>.affected(
        """
        DECLARE export_licenses NO SCROLL CURSOR FOR
        SELECT row_to_json(r)::text, r.id, p.key_prefix, r.key_version, r.reissues, decode(r.key_hash, 'hex')
        FROM (\(rows(of: .licenses))) r JOIN products p ON p.id = r.product_id ORDER BY r.id
        """)

    /// Opens a cursor on a table, ordered by its key.
    package static func open(_ table: ExportTable) -> Statement<Int> {
        .affected(
            """
            DECLARE export_rows NO SCROLL CURSOR FOR SELECT row_to_json(r)::text FROM (\(rows(of: table))) r
            """)
    }

    private static func rows(of table: ExportTable) -> SQL {
        switch table {
        case .shops, .products, .prices, .releases, .artifacts: catalog(table)
        case .customers: "SELECT id, shop_id, email, name, created_at FROM customers ORDER BY id"
        case .orders:
            """
            SELECT id, shop_id, number, customer_id, status, email, currency, amount_total, amount_refunded, stripe_session_id,
                stripe_payment_intent_id, livemode, created_at, paid_at, last_payment_error, last_payment_error_at,
                email_corrected_at, email_corrections, stated_email, presentment_amount, presentment_currency
            FROM orders ORDER BY id
            """
        case .orderLines:
            """
            SELECT order_id, position, product_id, description, stripe_price_id, quantity, unit_amount, amount_discount,
                amount_tax, amount_total, amount_refunded FROM order_lines ORDER BY order_id, position
            """
        case .licenses:
            """
            SELECT l.id, l.order_id, l.line, l.product_id, l.status, l.key_version, l.reissues,
                encode(l.key_hash, 'hex') AS key_hash, l.key_last_four, l.held_at, l.created_at
            FROM licenses l ORDER BY l.id
            """
        case .activations:
            """
            SELECT id, license_id, encode(machine_hash, 'hex') AS machine_hash, machine_name, created_at, deactivated_at
            FROM activations ORDER BY id
            """
        case .downloadGrants:
            """
            SELECT id, order_id, line, expires_at, max_uses, uses, file_uses, revoked_at, created_at
            FROM download_grants ORDER BY id
            """
        case .refunds, .refundTotals, .refundRequests, .disputes: money(table)
        case .emails, .webhookEvents, .auditLog, .auditSeals: records(table)
        }
    }

    private static func catalog(_ table: ExportTable) -> SQL {
        switch table {
        case .products:
            """
            SELECT id, shop_id, slug, name, description, key_prefix, activation_limit, download_limit, download_days,
                allow_promotion_codes, automatic_tax, terms_consent, invoice_creation, active FROM products ORDER BY id
            """
        case .prices:
            "SELECT id, product_id, stripe_price_id, unit_amount, currency, active FROM prices ORDER BY id"
        case .releases: "SELECT id, product_id, version, released_at FROM releases ORDER BY id"
        case .artifacts:
            """
            SELECT id, release_id, platform, file_name, object_name, size, encode(sha256, 'hex') AS sha256
            FROM artifacts ORDER BY id
            """
        default: "SELECT id, name, support_email, sender, created_at FROM shops ORDER BY id"
        }
    }

    private static func money(_ table: ExportTable) -> SQL {
        switch table {
        case .refundTotals:
            """
            SELECT stripe_payment_intent_id, amount, NULLIF(stated_at, '-infinity') AS stated_at, times,
                currency, event
            FROM refund_totals ORDER BY stripe_payment_intent_id
            """
        case .refundRequests:
            """
            SELECT id, order_id, amount, line_positions, line_amounts, requested_at, ended_at, stripe_refund_id, failure
            FROM refund_requests ORDER BY id
            """
        case .disputes:
            """
            SELECT stripe_dispute_id, stripe_payment_intent_id, status, stated_at, currency, event
            FROM disputes ORDER BY stripe_dispute_id
            """
        default:
            """
            SELECT stripe_refund_id, stripe_payment_intent_id, amount, currency, line_positions, line_amounts, status,
                created_at, stated_at, event, presentment_amount, presentment_currency
            FROM refunds ORDER BY stripe_refund_id
            """
        }
    }

    /// Exports the audit log's details as text, byte for byte as sealed.
    private static func records(_ table: ExportTable) -> SQL {
        switch table {
        case .webhookEvents:
            """
            SELECT stripe_event_id, type, status, attempts, error, api_version, created_at, received_at, source,
                subject
            FROM webhook_events ORDER BY stripe_event_id
            """
        case .auditLog:
            "SELECT id, at, actor, action, order_id, details::text AS details, origin FROM audit_log ORDER BY id"
        case .auditSeals:
            """
            SELECT id, first_id, last_id, row_count, encode(digests, 'hex') AS digests,
                encode(previous_hash, 'hex') AS previous_hash, encode(hash, 'hex') AS hash, sealed_at
            FROM audit_seals ORDER BY id
            """
        default:
            """
            SELECT id, order_id, kind, locale, recipient, status, attempts, next_attempt_at, last_error, created_at,
                sent_at FROM emails ORDER BY id
            """
        }
    }
}
