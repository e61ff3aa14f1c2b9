package import Kernel
package import Postgres

/// A session's order, as we know it.
package struct KnownSale: Equatable, Sendable {
    /// The session's ID.
    package let session: String
    /// Its order.
    package let order: OrderID
    /// The order's status.
    package let status: OrderStatus
}

/// An order that is paid here.
package struct PaidOrder: Equatable, Sendable {
    /// The order.
    package let order: OrderID
    /// The session that it was paid through; `nil` if unknown.
    package let session: String?
    /// When it was paid.
    package let paidAt: Instant
}

/// A refund's or dispute's status as Stripe reports it, in our terms.
package struct ReportedFact<Status: RawRepresentable<String> & Sendable>: Sendable {
    /// Stripe's ID.
    package let id: String
    /// The amount in minor units; 0 for a dispute, whose amount is not compared.
    package let amount: Int64
    /// Our status; `nil` if Stripe's word means nothing to us, which differs from all of ours.
    package let status: Status?

    /// Creates a fact.
    package init(id: String, amount: Int64, status: Status?) {
        self.id = id
        self.amount = amount
        self.status = status
    }

    /// The status as it is compared; no status of ours is empty.
    fileprivate var word: String { status?.rawValue ?? "" }
}

/// Reads of what we know, for comparison with Stripe.
package enum ComparisonStatements {
    /// Returns the existing orders of these sessions.
    package static func sales(_ sessions: [String]) -> Statement<[KnownSale]> {
        .rows(
            "SELECT stripe_session_id, id, status FROM orders WHERE stripe_session_id = ANY(\(sessions)::text[])"
        ) { row throws(PostgresFault) in
            KnownSale(session: try row.text(0), order: try row.id(1), status: try row.orderStatus(2))
        }
    }

    /// Returns those of these refunds that are unknown here or differ from ours.
    package static func differing(refunds facts: [ReportedFact<RefundStatus>]) -> Statement<[String]> {
        .rows(
            """
            SELECT told.id
            FROM unnest(\(facts.map(\.id))::text[], \(facts.map { String($0.amount) })::text[], \(facts.map(\.word))::text[])
                WITH ORDINALITY AS told (id, amount, status, place)
            LEFT JOIN refunds known ON known.stripe_refund_id = told.id
            WHERE (known.status, known.amount) IS DISTINCT FROM (told.status, told.amount::bigint)
            ORDER BY told.place
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Returns those of these disputes that are unknown here or differ from ours.
    package static func differing(disputes facts: [ReportedFact<DisputeStatus>]) -> Statement<[String]> {
        .rows(
            """
            SELECT told.id
            FROM unnest(\(facts.map(\.id))::text[], \(facts.map(\.word))::text[])
                WITH ORDINALITY AS told (id, status, place)
            LEFT JOIN disputes known ON known.stripe_dispute_id = told.id
            WHERE known.status IS DISTINCT FROM told.status
            ORDER BY told.place
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Sessions with a pending delayed payment: a random sample of `limit`, so that each is polled sooner or later.
    package static func awaitingPayment(limit: Int) -> Statement<[String]> {
        .rows(
            """
            SELECT stripe_session_id FROM orders WHERE status = 'awaiting_payment' AND stripe_session_id IS NOT NULL
            ORDER BY random() LIMIT \(limit)::integer
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Pending refunds, likewise sampled.
    package static func pendingRefunds(limit: Int) -> Statement<[String]> {
        .rows(
            "SELECT stripe_refund_id FROM refunds WHERE status = 'pending' ORDER BY random() LIMIT \(limit)::integer"
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Open disputes, likewise sampled.
    package static func openDisputes(limit: Int) -> Statement<[String]> {
        .rows(
            "SELECT stripe_dispute_id FROM disputes WHERE status = 'open' ORDER BY random() LIMIT \(limit)::integer"
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Returns the next orders that were paid from `start` and before `end`, after the order `last` if there is one.
    package static func paidOrders(
        from start: Instant, to end: Instant, behind last: PaidOrder?, limit: Int
    ) -> Statement<[PaidOrder]> {
        .rows(
            """
            SELECT id, stripe_session_id, paid_at FROM orders
            WHERE paid_at >= \(start) AND paid_at < \(end)
                AND (\(last?.paidAt)::timestamptz IS NULL OR (paid_at, id) > (\(last?.paidAt), \(last?.order)::uuid))
                AND status IN ('paid', 'partially_refunded', 'refunded', 'disputed', 'lost')
            ORDER BY paid_at, id LIMIT \(limit)::integer
            """
        ) { row throws(PostgresFault) in
            PaidOrder(order: try row.id(0), session: try row.optionalText(1), paidAt: try row.instant(2))
        }
    }
}
