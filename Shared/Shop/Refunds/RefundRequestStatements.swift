package import Audit
package import Kernel
package import Orders
package import Postgres

/// A refund requested from Stripe whose outcome is unknown.
package struct RefundRequest: Equatable, Sendable {
    /// The request's ID; the idempotency key is derived from it.
    package let id: RefundRequestID
    /// The amount, in the minor unit.
    package let amount: Int64
    /// The lines that it names; `nil` if it names none.
    package let lines: RefundLines?
    /// When it was first requested.
    package let requestedAt: Instant
}

/// The outcome of a refund request.
package enum RefundRequestEnd: Equatable, Sendable {
    /// Stripe made this refund.
    case made(refund: String)
    /// Stripe refused, with this error code.
    case refused(code: String)
}

/// The record of a refund request, from before Stripe receives it until its response has been processed.
///
/// Run `begin` after the payment's lock, and `end` after the record of Stripe's response, in one transaction.
package enum RefundRequestStatements {
    /// Returns the request whose outcome is still unknown, if there is one.
    package static func open(of order: OrderID) -> Statement<RefundRequest?> {
        .optionalRow(
            "SELECT \(columns) FROM refund_requests WHERE order_id = \(order) AND ended_at IS NULL", request)
    }

    /// Inserts a request for `amount`, or returns the one that is open already, which must be completed first.
    ///
    /// It returns `nil` if the order is no longer as it was `seen`, with so many minor units refunded: the decision was
    /// then made on a stale state.
    package static func begin(
        _ id: RefundRequestID, order: OrderID, amount: Int64, lines: RefundLines?, seen refunded: Int64,
        by context: AuditContext
    ) -> Statement<RefundRequest?> {
        .optionalRow(
            """
            WITH known AS (
                SELECT \(columns) FROM refund_requests WHERE order_id = \(order) AND ended_at IS NULL
            ), made AS (
                INSERT INTO refund_requests (id, order_id, amount, requested_at, line_positions, line_amounts)
                SELECT \(id), o.id, \(amount), \(context.at),
                    \(lines?.positions)::bigint[]::smallint[],
                    \(lines?.amounts)::bigint[]
                FROM orders o
                WHERE o.id = \(order) AND NOT EXISTS (SELECT FROM known)
                    AND o.status IN ('paid', 'partially_refunded', 'disputed') AND o.amount_refunded = \(refunded)
                    AND \(amount)::bigint <= o.amount_total - o.amount_refunded
                RETURNING order_id, \(columns)
            ), audit AS (
                \(AuditStatements.append(
                    context, "'refund.requested'", of: "order_id",
                    details: """
                        'request', id, 'amount', amount, 'lines', \(lines?.text)::text,
                        'refunded_before', \(refunded)::bigint
                        """,
                    from: "made"))
            )
            SELECT \(columns) FROM known UNION ALL SELECT \(columns) FROM made
            """, request)
    }

    /// Closes the request; changes nothing if it is closed already.
    package static func end(
        _ request: RefundRequestID, _ end: RefundRequestEnd, by context: AuditContext
    ) -> Statement<Int> {
        let (refund, failure): (String?, String?) =
            switch end {
            case .made(let refund): (refund, nil)
            case .refused(let code): (nil, code)
            }
        return .affected(
            """
            WITH ended AS (
                UPDATE refund_requests SET ended_at = \(context.at), stripe_refund_id = \(refund), failure = \(failure)
                WHERE id = \(request) AND ended_at IS NULL
                RETURNING id, order_id, amount, stripe_refund_id, failure
            )
            \(AuditStatements.append(
                context, "CASE WHEN failure IS NULL THEN 'refund.made' ELSE 'refund.refused' END", of: "order_id",
                details: "'request', id, 'amount', amount, 'refund', stripe_refund_id, 'failure', failure",
                from: "ended"))
            """)
    }

    private static let request: @Sendable (borrowing Row) throws(PostgresFault) -> RefundRequest = {
        row throws(PostgresFault) in
        RefundRequest(
            id: try row.id(0), amount: try row.integer(1), lines: try row.refundLines(3),
            requestedAt: try row.instant(2))
    }

    private static let columns: SQL = "id, amount, requested_at, line_positions, line_amounts"
}
