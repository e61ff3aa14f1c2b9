import EventLoop
import HTTP
import Kernel
import Licensing
import Orders
import Outbound
import Postgres
import Stripe
import Support

/// The built webhook over a database of its own, to which stories are delivered.
@Loop
final class StoryStage {
    let fixture: Fixture
    private let client = HTTPClient(connectionsPerHost: 16)
    private let url: String
    private var told = 0
    /// How many deliveries were made in all.
    private(set) var deliveries = 0

    init(fixture: Fixture, port: Int) {
        self.fixture = fixture
        url = "http://127.0.0.1:\(port)/webhooks/stripe"
    }

    /// Plays the story under fresh names; answers what is wrong at its end, or `nil`.
    func play(_ story: Story) async throws -> String? {
        told += 1
        let now = WallClock.system.now()
        let subject = StorySubject(
            tag: "h\(told)", order: OrderID(at: now), total: story.total, quantity: story.quantity,
            currency: story.currency, lines: story.lines)
        if story.hasPendingOrder { try await open(subject) }
        for wave in story.waves {
            deliveries += wave.count
            let answers = wave.map { index in
                let body = subject.json(story.events[index], index: index)
                return Loop.start { await self.deliver(body) }
            }
            for answer in answers {
                let status = await answer.value
                guard status == 200 else { return "a delivery was answered with \(status)" }
            }
        }
        return try await complaint(story, subject)
    }

    private func deliver(_ body: String) async -> Int {
        let bytes = Array(body.utf8)
        let signature = WebhookSignature.sign(bytes, secret: Forgery.secret, at: WallClock.system.now())
        let call = HTTPCall(
            .post, url, fields: ["Stripe-Signature": signature, "Content-Type": "application/json"], body: bytes,
            totalTimeout: .seconds(60))
        do throws(OutboundFault) { return try await client.send(call).status } catch { return 0 }
    }

    /// What the checkout wrote before the buyer went to pay.
    private func open(_ subject: StorySubject) async throws {
        _ = try await fixture.pool.run(
            .affected(
                """
                INSERT INTO orders (id, shop_id, status, currency, amount_total, stripe_session_id, livemode, created_at)
                VALUES (\(subject.order), \(fixture.shop), 'pending', 'usd', \(subject.total), \(subject.session), false, now())
                """),
            Statement<Int>.affected(
                """
                INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
                VALUES (\(subject.order), 1, \(fixture.product), \(subject.quantity)::integer, 4900,
                    4900 * \(subject.quantity)::integer)
                """))
    }

    private func complaint(_ story: Story, _ subject: StorySubject) async throws -> String? {
        let expected = Ending(story)
        let (found, keyMails, receipts) = try await ending(subject)
        if story.isWhole && found.amountRefunded != (found.licenses > 0 ? story.refunded : 0) {
            return "\(found.amountRefunded) refunded, not \(story.refunded)"
        }
        if found != expected { return "ended as \(found), not as \(expected)" }
        if receipts > 1 { return "\(receipts) receipts" }
        let hasAccess = expected.lines.contains { $0.contains("active") }
        if hasAccess && keyMails == 0 { return "no mail brings the keys" }
        let events = Set(story.waves.joined()).count
        let ledger = try await ledger(subject)
        return ledger == events ? nil : "\(ledger) events in the ledger, not \(events)"
    }

    /// The order's end, its mails with keys, and its receipts.
    private func ending(_ subject: StorySubject) async throws -> (Ending, Int64, Int64) {
        let found = try await fixture.pool.run(
            Statement<(Ending, Int64, Int64)?>.optionalRow(
                """
                SELECT o.status, o.amount_refunded,
                    (SELECT count(*) FROM licenses l WHERE l.order_id = o.id),
                    ARRAY(
                        SELECT concat_ws(' ', i.amount_refunded, (
                            SELECT string_agg(DISTINCT l.status, '+') || ' ' || count(*) FROM licenses l
                            WHERE l.order_id = o.id AND l.line = i.position))
                        FROM order_lines i WHERE i.order_id = o.id AND o.paid_at IS NOT NULL ORDER BY i.position
                    ),
                    (SELECT count(*) FROM emails e WHERE e.order_id = o.id AND e.kind IN ('receipt', 'access_restored')),
                    (SELECT count(*) FROM emails e WHERE e.order_id = o.id AND e.kind = 'receipt')
                FROM orders o WHERE o.stripe_session_id = \(subject.session)
                """
            ) { row throws(PostgresFault) in
                let ending = Ending(
                    status: OrderStatus(rawValue: try row.text(0)), amountRefunded: try row.integer(1),
                    licenses: Int(try row.integer(2)), lines: try row.texts(3))
                return (ending, try row.integer(4), try row.integer(5))
            })
        return found ?? (Ending(status: nil, amountRefunded: 0, licenses: 0, lines: []), 0, 0)
    }

    private func ledger(_ subject: StorySubject) async throws -> Int {
        let prefix = "evt_\(subject.tag)x%"
        return try await fixture.pool.run(
            Statement<Int>.row(
                "SELECT count(*) FROM webhook_events WHERE stripe_event_id LIKE \(prefix) AND status <> 'failed'"
            ) { row throws(PostgresFault) in Int(try row.integer(0)) })
    }
}
