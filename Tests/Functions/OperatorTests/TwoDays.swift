import EventLoop
import JSON
import Kernel
import Postgres
import Support

/// What a shop sells before a backup and after it, with a webhook that hears of everything.
@Loop
struct TwoDays {
    /// The sales of the first day to which something happens on the second.
    struct FirstDay: Sendable {
        let refunded, disputed, delayed, open: StripeSide.Sold
    }

    /// What did not happen in time.
    struct Impatience: Error {
        let session: String
        let expected: String
        let found: String
    }

    private let stripe: StripeSide
    private let pool: Pool

    private init(_ port: Int) throws {
        stripe = try StripeSide(port: port)
        pool = Pool(try testDatabase(), log: silentLog)
    }

    /// The day before the backup.
    static func first(_ port: Int) async throws -> FirstDay {
        let fixture = try await Fixture(poolSize: 2)
        defer { fixture.close() }
        let day = try TwoDays(port)
        defer { day.pool.close() }
        let open = try await day.stripe.open()
        _ = try await fixture.pool.run(
            Statement<Int>.affected(
                """
                INSERT INTO orders (id, shop_id, status, currency, amount_total, stripe_session_id, livemode, created_at)
                VALUES (\(open.order), \(fixture.shop), 'pending', 'usd', 4900, \(open.session), false, now())
                """))
        let refunded = try await day.stripe.sell(quantity: 2)
        let (disputed, kept) = (try await day.stripe.sell(), try await day.stripe.sell())
        let delayed = try await day.stripe.sell(method: "delayed_succeeds")
        for sold in [refunded, disputed, kept] { try await day.wait(for: sold, "paid") }
        try await day.wait(for: delayed, "awaiting_payment")
        return FirstDay(refunded: refunded, disputed: disputed, delayed: delayed, open: open)
    }

    /// The day after the backup; answers what everybody holds in the end.
    static func second(_ port: Int, _ first: FirstDay) async throws -> [String] {
        let day = try TwoDays(port)
        defer { day.pool.close() }
        let stripe = day.stripe
        try await stripe.refund(first.refunded)
        try await stripe.dispute(first.disputed)
        try await stripe.control("async", [("session", .string(first.delayed.session))])
        try await stripe.pay(first.open)
        let (sold, many) = (try await stripe.sell(), try await stripe.sell(quantity: 3))
        let (back, part, lost, won) = (
            try await stripe.sell(), try await stripe.sell(), try await stripe.sell(), try await stripe.sell()
        )
        let failed = try await stripe.sell(method: "delayed_fails")
        let expired = try await stripe.open()
        try await stripe.control("expire", [("session", .string(expired.session))])
        for paid in [sold, many, back, part, lost, won] { try await day.wait(for: paid, "paid") }
        try await stripe.refund(back)
        try await stripe.refund(part, 1000)
        for disputed in [lost, won] { try await stripe.dispute(disputed) }
        for disputed in [lost, won] { try await day.wait(for: disputed, "disputed") }
        try await stripe.close(lost, "lost")
        try await stripe.close(won, "won")
        try await stripe.control("async", [("session", .string(failed.session))])
        for (order, status) in [
            (first.refunded, "refunded"), (first.disputed, "disputed"), (first.delayed, "paid"), (first.open, "paid"),
            (back, "refunded"), (part, "partially_refunded"), (lost, "lost"), (won, "paid"), (failed, "failed"),
            (expired, "expired"),
        ] { try await day.wait(for: order, status) }
        try await day.waitForMails()
        return try await holdings()
    }

    /// Every order with its licenses, by which the keys are made, the receipt's Message-ID, and every fact about money.
    static func holdings() async throws -> [String] {
        let pool = Pool(try testDatabase(), log: silentLog)
        defer { pool.close() }
        return try await pool.run(
            Statement<[String]>.rows(
                """
                SELECT concat_ws(' ', 'order', o.id, o.status, o.amount_total, o.amount_refunded, o.email, o.stripe_session_id,
                    (SELECT string_agg(concat_ws(' ', l.id, l.status, encode(l.key_hash, 'hex'), l.key_version), ' ' ORDER BY l.id)
                        FROM licenses l WHERE l.order_id = o.id),
                    CASE WHEN o.status IN ('paid', 'partially_refunded')
                        THEN (SELECT e.id || e.status FROM emails e WHERE e.order_id = o.id AND e.kind = 'receipt') END)
                FROM orders o
                UNION ALL SELECT concat_ws(' ', 'refund', stripe_refund_id, amount, status) FROM refunds
                UNION ALL SELECT concat_ws(' ', 'dispute', stripe_dispute_id, status) FROM disputes
                UNION ALL SELECT concat_ws(' ', 'total', stripe_payment_intent_id, amount) FROM refund_totals
                ORDER BY 1
                """
            ) { row throws(PostgresFault) in try row.text(0) })
    }

    private func wait(for sold: StripeSide.Sold, _ status: String) async throws {
        try await wait(sold.session, status, "SELECT status FROM orders WHERE stripe_session_id = \(sold.session)")
    }

    private func waitForMails() async throws {
        try await wait("mails", "0", "SELECT count(*)::text FROM emails WHERE status = 'pending' AND kind = 'receipt'")
    }

    private func wait(_ name: String, _ expected: String, _ look: SQL) async throws {
        let end = WallClock.system.now() + .seconds(60)
        while true {
            let found = try await pool.run(
                Statement<String?>.optionalRow(look) { row throws(PostgresFault) in try row.text(0) })
            if found == expected { return }
            guard WallClock.system.now() < end else {
                throw Impatience(session: name, expected: expected, found: found ?? "none")
            }
            await Task.yield()
        }
    }
}
