package import Audit
package import Kernel
package import Postgres

/// A refund that the seller asked Stripe for and whose answer is not known yet.
package struct RefundRequest: Equatable, Sendable {
    /// What makes a repeat of the call the same call.
    package let id: RefundRequestID
    /// How much, in the minor unit.
    package let amount: Int64
    /// When it was asked for first.
    package let requestedAt: Instant
}

/// How a request for a refund ended.
package enum RefundRequestEnd: Equatable, Sendable {
    /// Stripe made this refund.
    case made(refund: String)
    /// Stripe made none, and why, in its word for programs.
    case refused(code: String)
}

/// What is kept of a refund that the seller asks for, from before Stripe hears of it until its answer is in.
///
/// Run `begin` behind the payment's lock, and `end` behind the record of what Stripe answered, in one transaction.
package enum RefundRequestStatements {
    /// The request whose outcome nobody knows yet, if there is one.
    package static func open(of order: OrderID) -> Statement<RefundRequest?> {
        .optionalRow(
            "SELECT id, amount, requested_at FROM refund_requests WHERE order_id = \(order) AND ended_at IS NULL",
            request)
    }

    /// Takes up a refund of `amount`, or answers the request that is open already, which must be brought to its end
    /// first.
    ///
    /// Nothing when the order is not as it was `seen` any more, with so many minor units refunded: whoever asks has
    /// decided on another state of things.
    package static func begin(
        _ id: RefundRequestID, order: OrderID, amount: Int64, seen refunded: Int64, by stamp: AuditContext
    ) -> Statement<RefundRequest?> {
        .optionalRow(
            """
            WITH known AS (
                SELECT id, amount, requested_at FROM refund_requests WHERE order_id = \(order) AND ended_at IS NULL
            ), made AS (
                INSERT INTO refund_requests (id, order_id, amount, requested_at)
                SELECT \(id), o.id, \(amount), \(stamp.at) FROM orders o
                WHERE o.id = \(order) AND NOT EXISTS (SELECT FROM known)
                    AND o.status IN ('paid', 'partially_refunded', 'disputed') AND o.amount_refunded = \(refunded)
                    AND \(amount)::bigint <= o.amount_total - o.amount_refunded
                RETURNING id, order_id, amount, requested_at
            ), audit AS (
                \(AuditStatements.append(
                    stamp, "'refund.requested'", of: "order_id",
                    details: "'request', id, 'amount', amount, 'refunded_before', \(refunded)::bigint", from: "made"))
            )
            SELECT id, amount, requested_at FROM known UNION ALL SELECT id, amount, requested_at FROM made
            """, request)
    }

    /// Closes the request; nothing when somebody has closed it already.
    package static func end(
        _ request: RefundRequestID, _ end: RefundRequestEnd, by stamp: AuditContext
    ) -> Statement<Int> {
        let (refund, failure): (String?, String?) =
            switch end {
            case .made(let refund): (refund, nil)
            case .refused(let code): (nil, code)
            }
        return .affected(
            """
            WITH ended AS (
                UPDATE refund_requests SET ended_at = \(stamp.at), stripe_refund_id = \(refund), failure = \(failure)
                WHERE id = \(request) AND ended_at IS NULL
                RETURNING id, order_id, amount, stripe_refund_id, failure
            )
            \(AuditStatements.append(
                stamp, "CASE WHEN failure IS NULL THEN 'refund.made' ELSE 'refund.refused' END", of: "order_id",
                details: "'request', id, 'amount', amount, 'refund', stripe_refund_id, 'failure', failure",
                from: "ended"))
            """)
    }

    private static let request: @Sendable (borrowing Row) throws(PostgresFault) -> RefundRequest = {
        row throws(PostgresFault) in
        RefundRequest(id: try row.id(0), amount: try row.integer(1), requestedAt: try row.instant(2))
    }
}
