import Downloads
package import Kernel
import Licensing
import Outbox
package import Postgres
import Stripe

/// Reads of one order and its related rows, for the seller.
package enum OrderDetailStatements {
    /// Returns the orders that match, one unless something is wrong.
    package static func find(_ reference: OrderReference) -> Statement<[OrderDetail]> {
        let condition: SQL =
            switch reference {
            case .order(let id): order(id)
            case .number(let value): number(value)
            case .session(let text): session(text)
            case .paymentIntent(let text): paymentIntent(text)
            case .keyHash(let hash): keyHash(hash)
            case .lastFour(let symbols): lastFour(symbols)
            }
        return .rows(condition) { row throws(PostgresFault) in
            OrderDetail(
                id: try row.id(0), number: try row.orderNumber(17), status: try row.orderStatus(1),
                email: try row.optionalText(2),
                total: Money(minorUnits: try row.integer(4), currency: try row.currency(3)),
                presentment: try row.optionalMoney(15, in: 16),
                session: try row.optionalText(5), paymentIntent: try row.optionalText(6), isLive: try row.bool(7),
                createdAt: try row.instant(8), paidAt: try row.optionalInstant(9), amountRefunded: try row.integer(10),
                lastPaymentError: try row.optionalText(11), lastPaymentErrorAt: try row.optionalInstant(12),
                emailCorrectedAt: try row.optionalInstant(13), statedEmail: try row.optionalText(14))
        }
    }

    private static let columns: SQL = """
        SELECT id, status, email, currency, amount_total, stripe_session_id, stripe_payment_intent_id, livemode,
            created_at, paid_at, amount_refunded, last_payment_error, last_payment_error_at, email_corrected_at,
            stated_email, presentment_amount, presentment_currency, number
        FROM orders
        """

    private static func order(_ id: OrderID) -> SQL {
        "\(columns) WHERE id = ANY (ARRAY[\(id)::uuid, (SELECT order_id FROM licenses WHERE id = \(id))])"
    }
    private static func number(_ number: OrderNumber) -> SQL {
        "\(columns) WHERE number = \(number.value) ORDER BY created_at"
    }
    private static func session(_ text: String) -> SQL { "\(columns) WHERE stripe_session_id = \(text)" }
    private static func paymentIntent(_ text: String) -> SQL {
        "\(columns) WHERE stripe_payment_intent_id = \(text) ORDER BY created_at"
    }
    private static func keyHash(_ hash: [UInt8]) -> SQL {
        "\(columns) WHERE id IN (SELECT order_id FROM licenses WHERE key_hash = \(hash))"
    }
    private static func lastFour(_ symbols: String) -> SQL {
        "\(columns) WHERE id IN (SELECT order_id FROM licenses WHERE key_last_four = \(symbols)) ORDER BY created_at"
    }

    /// The order lines, by position.
    package static func lines(_ order: OrderID) -> Statement<[OrderPart.Line]> {
        .rows(
            """
            SELECT i.position, p.slug, COALESCE(p.name, i.description), i.quantity, i.unit_amount, i.amount_discount,
                i.amount_tax, i.amount_total, i.amount_refunded, o.currency
            FROM order_lines i JOIN orders o ON o.id = i.order_id LEFT JOIN products p ON p.id = i.product_id
            WHERE i.order_id = \(order) ORDER BY i.position
            """
        ) { row throws(PostgresFault) in
            OrderPart.Line(
                position: Int(try row.integer(0)), product: try row.optionalText(1), name: try row.text(2),
                quantity: try row.integer(3), amounts: try row.lineAmounts(4, currency: 9))
        }
    }

    /// The licenses, by line; of their keys only the last four symbols are stored.
    package static func licenses(_ order: OrderID) -> Statement<[OrderPart.License]> {
        .rows(
            """
            SELECT l.id, l.line, l.key_last_four, l.status, p.slug, l.key_version, l.reissues, l.held_at
            FROM licenses l JOIN products p ON p.id = l.product_id WHERE l.order_id = \(order) ORDER BY l.line, l.id
            """
        ) { row throws(PostgresFault) in
            OrderPart.License(
                id: try row.id(0), line: Int(try row.integer(1)), lastFour: try row.optionalText(2),
                status: try row.licenseStatus(3), product: try row.text(4), keyVersion: try row.optionalInteger(5),
                reissues: try row.integer(6), heldAt: try row.optionalInstant(7))
        }
    }

    /// The known refunds of `payment`.
    package static func refunds(_ payment: String?) -> Statement<[OrderPart.Refund]> {
        .rows(
            """
            SELECT stripe_refund_id, amount, status, stated_at, line_positions, line_amounts, currency
            FROM refunds WHERE stripe_payment_intent_id = \(payment) ORDER BY stated_at, stripe_refund_id
            """
        ) { row throws(PostgresFault) in
            OrderPart.Refund(
                id: try row.text(0), amount: try row.integer(1),
                status: try row.word(2, "state of a refund") { RefundStatus(rawValue: $0) },
                reportedAt: try row.instant(3), lines: try row.refundLines(4),
                currency: try row.optionalText(6).flatMap { Currency($0) })
        }
    }

    /// The known disputes over `payment`.
    package static func disputes(_ payment: String?) -> Statement<[OrderPart.Dispute]> {
        .rows(
            """
            SELECT stripe_dispute_id, status, stated_at
            FROM disputes WHERE stripe_payment_intent_id = \(payment) ORDER BY stated_at, stripe_dispute_id
            """
        ) { row throws(PostgresFault) in
            OrderPart.Dispute(
                id: try row.text(0), status: try row.word(1, "state of a dispute") { DisputeStatus(rawValue: $0) },
                reportedAt: try row.instant(2))
        }
    }

    /// The mails, sent or not.
    package static func emails(_ order: OrderID) -> Statement<[OrderPart.Email]> {
        .rows(
            """
            SELECT id, kind, status, attempts, recipient, next_attempt_at, sent_at, last_error
            FROM emails WHERE order_id = \(order) ORDER BY created_at, id
            """
        ) { row throws(PostgresFault) in
            OrderPart.Email(
                id: try row.id(0), kind: EmailKind(rawValue: try row.text(1)), status: try row.emailStatus(2),
                attempts: try row.integer(3),
                recipient: try row.text(4), nextAttemptAt: try row.instant(5), sentAt: try row.optionalInstant(6),
                lastError: try row.optionalText(7))
        }
    }

    /// The download grants.
    package static func grants(_ order: OrderID) -> Statement<[OrderPart.Grant]> {
        .rows(
            """
            SELECT id, line, uses, max_uses, expires_at, revoked_at IS NOT NULL
            FROM download_grants WHERE order_id = \(order) ORDER BY created_at, line, id
            """
        ) { row throws(PostgresFault) in
            OrderPart.Grant(
                id: try row.id(0), line: Int(try row.integer(1)), uses: try row.integer(2),
                maxUses: try row.integer(3), expiresAt: try row.instant(4), isRevoked: try row.bool(5))
        }
    }
}
