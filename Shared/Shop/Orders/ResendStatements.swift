package import Audit
import EventLoop
package import Kernel
import Outbox
package import Postgres
package import RateLimiting

/// The outcome of the seller's request to send an order's mail again.
package enum ResendOutcome: Equatable, Sendable {
    /// It is queued for this address.
    case queued(recipient: String)
    /// The order has no active license; this is its status.
    case closed(OrderStatus)
    /// The order has no address.
    case noAddress
    /// There is no such order.
    case noOrder
}

/// The statements that send a buyer everything again, for the buyer or the seller.
package enum ResendStatements {
    /// The cooldown between two mails to the same customer.
    package static let pause: Duration = .seconds(600)

    /// What is refused when the queue is full: 20,000 requests wait, and 1,000 a minute are processed.
    private static let queue = RateLimitPolicy("resend-queue", quota: 20_000, in: .seconds(1_200))

    /// Records a request for the e-mails of `email`: the same one row for every address.
    ///
    /// An address that waits already waits once. When the queue is full the request counts and is refused.
    ///
    ///
    /// Nothing is looked up, so that neither the response nor its time reveals whether the address bought anything.
    /// That is found out later, where no client waits. The gate counts by the caller's address and by `email` as given,
    /// whether or not it is a customer's.
    package static func record(
        for email: EmailAddress, at now: Instant, behind gate: RateLimitGate
    ) -> Statement<RateLimited<Void>> {
        .row(
            """
            WITH \(gate.parts), room AS (
                SELECT resend_queue_has_room() AS is_free FROM admitted
            ), request AS (
                INSERT INTO resend_requests (id, email, requested_at)
                SELECT \(UUIDv7(at: now)), \(email), \(now) FROM room WHERE is_free
                ON CONFLICT DO NOTHING
            )
            SELECT admitted, arrivals, COALESCE((SELECT is_free FROM room), true) FROM verdict
            """
        ) { row throws(PostgresFault) in
            guard try row.bool(2) else {
                let full = RateLimitVerdict.Quota(queue, arrival: now + queue.span, at: now)
                return .refused(RateLimitVerdict(refusedBy: [full], of: [queue]))
            }
            return try gate.read(row) { _ in }
        }
    }

    /// Processes the oldest requests, at most `limit`, and queues mails for them; returns the number processed.
    ///
    /// Each address that bought something gets one mail with everything it bought that is still active. A customer
    /// whose mail was queued less than `pause` ago gets no other: a condition on the customer's row. One caller at a
    /// time processes requests; a concurrent one finds none. Customers are locked in the order of their IDs.
    package static func process(limit: Int, at now: Instant) -> Statement<Int> {
        .row(
            """
            WITH gate AS MATERIALIZED (
                SELECT pg_try_advisory_xact_lock(hashtextextended('latchkey resend requests', 0)) AS is_free
            ), asked AS (
                DELETE FROM resend_requests WHERE id IN (
                    SELECT id FROM resend_requests WHERE (SELECT is_free FROM gate) ORDER BY id LIMIT \(limit)::integer
                )
                RETURNING email
            ), locked AS (
                SELECT c.id
                FROM customers c, shops s, (SELECT DISTINCT lower(email) AS email FROM asked) a
                WHERE c.shop_id = s.id AND lower(c.email) = a.email
                    AND (c.resend_queued_at IS NULL OR c.resend_queued_at <= \(now - pause))
                    AND EXISTS (
                        SELECT FROM orders o JOIN licenses l ON l.order_id = o.id
                        WHERE o.customer_id = c.id AND l.status = 'active'
                    )
                ORDER BY c.id FOR NO KEY UPDATE OF c
            ), customer AS (
                UPDATE customers c SET resend_queued_at = \(now) FROM locked WHERE c.id = locked.id
                RETURNING c.id, c.email
            ), due_mail AS (
                SELECT fresh.id, newest.id AS order_id, 'resend' AS kind, customer.email AS recipient,
                    NULL::timestamptz AS leased_until, \(now)::timestamptz AS at
                FROM (SELECT id, email, row_number() OVER () AS number FROM customer) customer
                JOIN unnest(\((0..<limit).map { _ in EmailID(at: now) })::uuid[]) WITH ORDINALITY AS fresh (id, number)
                    USING (number)
                CROSS JOIN LATERAL (
                    SELECT o.id FROM orders o
                    WHERE o.customer_id = customer.id
                        AND EXISTS (SELECT FROM licenses l WHERE l.order_id = o.id AND l.status = 'active')
                    ORDER BY o.created_at DESC, o.id DESC LIMIT 1
                ) newest
            ), mail AS (
                \(OutboxStatements.enqueue(from: "due_mail"))
            )
            SELECT count(*) FROM asked
            """
        ) { row throws(PostgresFault) in Int(try row.integer(0)) }
    }

    /// The requests that one statement processes, and the statements that one call runs at most: a flood of requests
    /// must not delay receipts.
    private static let batch = (requests: 100, rounds: 10)

    /// Processes the requests in bounded batches; the rest waits for the next call.
    @Loop
    package static func queueAll(on pool: Pool, at now: Instant) async throws(PostgresFault) {
        for _ in 1...batch.rounds {
            let processed = try await pool.run(process(limit: batch.requests, at: now))
            if processed < batch.requests { break }
        }
    }

    /// Queues a mail with everything of `order`'s buyer that is active, due at once, or queues nothing and says why.
    package static func queue(
        _ mail: EmailID, for order: OrderID, by context: AuditContext
    ) -> Statement<ResendOutcome> {
        Statement(
            """
            WITH found AS (
                SELECT o.id, o.status, o.email,
                    EXISTS (SELECT FROM licenses l WHERE l.order_id = o.id AND l.status = 'active') AS is_open
                FROM orders o WHERE o.id = \(order)
            ), due_mail AS (
                SELECT \(mail)::uuid AS id, id AS order_id, 'resend' AS kind, email AS recipient,
                    NULL::timestamptz AS leased_until, \(context.at)::timestamptz AS at
                FROM found WHERE is_open AND email IS NOT NULL
            ), mail AS (
                \(OutboxStatements.enqueue(from: "due_mail"))
            ), audit AS (
                \(AuditStatements.append(context, "'order.resent'", of: "order_id", details: "'mail', id", from: "mail"))
            )
            SELECT status, email, is_open FROM found
            """
        ) { result throws(PostgresFault) in
            guard result.rowCount > 0 else { return .noOrder }
            return try result.withRow(0) { row throws(PostgresFault) in
                guard try row.bool(2) else { return .closed(try row.orderStatus(0)) }
                return try row.optionalText(1).map(ResendOutcome.queued) ?? .noAddress
            }
        }
    }
}
