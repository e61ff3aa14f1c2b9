package import Kernel
package import Postgres

/// Where a session's order stands with us.
package struct KnownSale: Equatable, Sendable {
    /// The session's ID.
    package let session: String
    /// Its order.
    package let order: OrderID
    /// Where that stands.
    package let status: OrderStatus
}

/// An order that somebody has paid for, as we say.
package struct PaidOrder: Equatable, Sendable {
    /// The order.
    package let order: OrderID
    /// The session that it was paid through; `nil` when none is known.
    package let session: String?
    /// Since when.
    package let paidAt: Instant
}

/// A refund or dispute, as Stripe shows it, in our words.
package struct StatedFact: Equatable, Sendable {
    /// Stripe's ID of it.
    package let id: String
    /// How many minor units; of a dispute 0, which is not compared.
    package let amount: Int64
    /// Our word for where it stands.
    package let status: String

    /// Takes the parts as they are.
    package init(id: String, amount: Int64, status: String) {
        self.id = id
        self.amount = amount
        self.status = status
    }
}

/// What we know, to be held against what Stripe knows.
package enum ComparisonStatements {
    /// The orders of these sessions, as far as there are any.
    package static func sales(_ sessions: [String]) -> Statement<[KnownSale]> {
        .rows(
            "SELECT stripe_session_id, id, status FROM orders WHERE stripe_session_id = ANY(\(sessions)::text[])"
        ) { row throws(PostgresFault) in
            KnownSale(session: try row.text(0), order: try row.id(1), status: try row.orderStatus(2))
        }
    }

    /// Those of these refunds that we do not know, or know in another state.
    package static func differing(refunds facts: [StatedFact]) -> Statement<[String]> {
        .rows(
            """
            SELECT told.id
            FROM unnest(\(facts.map(\.id))::text[], \(facts.map { String($0.amount) })::text[], \(facts.map(\.status))::text[])
                WITH ORDINALITY AS told (id, amount, status, place)
            LEFT JOIN refunds known ON known.stripe_refund_id = told.id
            WHERE (known.status, known.amount) IS DISTINCT FROM (told.status, told.amount::bigint)
            ORDER BY told.place
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Those of these disputes that we do not know, or know in another state.
    package static func differing(disputes facts: [StatedFact]) -> Statement<[String]> {
        .rows(
            """
            SELECT told.id
            FROM unnest(\(facts.map(\.id))::text[], \(facts.map(\.status))::text[])
                WITH ORDINALITY AS told (id, status, place)
            LEFT JOIN disputes known ON known.stripe_dispute_id = told.id
            WHERE known.status IS DISTINCT FROM told.status
            ORDER BY told.place
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Sessions whose delayed payment we wait for: any `limit` of them, so that each has its turn sooner or later.
    package static func awaitingPayment(limit: Int) -> Statement<[String]> {
        .rows(
            """
            SELECT stripe_session_id FROM orders WHERE status = 'awaiting_payment' AND stripe_session_id IS NOT NULL
            ORDER BY random() LIMIT \(limit)::integer
            """
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Refunds whose end we wait for, as many and as such.
    package static func pendingRefunds(limit: Int) -> Statement<[String]> {
        .rows(
            "SELECT stripe_refund_id FROM refunds WHERE status = 'pending' ORDER BY random() LIMIT \(limit)::integer"
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// Disputes whose end we wait for, as many and as such.
    package static func openDisputes(limit: Int) -> Statement<[String]> {
        .rows(
            "SELECT stripe_dispute_id FROM disputes WHERE status = 'open' ORDER BY random() LIMIT \(limit)::integer"
        ) { row throws(PostgresFault) in try row.text(0) }
    }

    /// The next orders that were paid between `start` and before `end`, behind the order `last` if one is named.
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
