package import EventLoop
import Kernel
package import Postgres

/// A shop whose webhook hears nothing, before the built sandbox, and a pool with the rights of `reconcile`.
@Loop
package final class LosingShop: Closable {
    package let fixture: Fixture
    package let stripe: StripeSide
    package let log = CapturedLog()
    package let pool: Pool
    /// The settings of what reconciles.
    package let environment: [String: String]

    /// Starts the sandbox as a process of its own, lends the shop, and ends both.
    ///
    /// - Parameter environment: settings that are not the usual ones.
    package nonisolated static func open(
        _ delivery: StripeSide.Delivery = .fails, _ environment: [String: String] = [:],
        _ body: @escaping @Loop @Sendable (LosingShop) async throws -> Void
    ) async throws {
        let sandbox = try BuiltFunction.start("sandbox", StripeSide.environment(delivery))
        try sandbox.forgetLog()
        let port = sandbox.port
        try await withOpen({ try await LosingShop(port: port, environment) }, body)
        _ = try sandbox.stop()
    }

    private init(port: Int, _ changes: [String: String]) async throws {
        fixture = try await Fixture()
        stripe = try StripeSide(port: port)
        let url = try LosingShop.databaseURL()
        environment = TestSettings.environment.merging(["STRIPE_API_BASE": stripe.base, "DATABASE_URL": url]) { $1 }
            .merging(changes) { $1 }
        pool = Pool(try testDatabase(as: "latchkey_reconcile", poolSize: 4), log: silentLog)
    }

    /// The current test's database with the rights of `reconcile`.
    package nonisolated static func databaseURL() throws -> String {
        try testDatabase().url.revealed() + "?options=-c%20role%3Dlatchkey_reconcile"
    }

    /// Order, licenses and mails of a sale in words.
    package func state(_ sold: StripeSide.Sold) async throws -> String {
        try await text(
            """
            SELECT concat_ws(' ', o.status, o.amount_refunded::text,
                (SELECT string_agg(status, ',' ORDER BY status) FROM licenses l WHERE l.order_id = o.id),
                (SELECT string_agg(kind || ':' || status, ',' ORDER BY created_at, kind) FROM emails e WHERE e.order_id = o.id))
            FROM orders o WHERE o.id = \(sold.order)
            """)
    }

    /// As after weeks: no list that is read goes back so far, and what was heard was heard long ago.
    package func passTime() async throws {
        try await run("UPDATE reconcile_marks SET through = now() + interval '1 day'")
        try await run("UPDATE refunds SET stated_at = stated_at - interval '20 days'")
        try await run("UPDATE disputes SET stated_at = stated_at - interval '20 days'")
    }

    package func run(_ sql: SQL) async throws { _ = try await fixture.pool.run(Statement<Int>.affected(sql)) }

    /// A text that a statement returns; `none` when it returns no row.
    package func text(_ sql: SQL) async throws -> String {
        try await fixture.pool.run(
            Statement<String?>.optionalRow(sql) { row throws(PostgresFault) in try row.text(0) }) ?? "none"
    }

    package func close() {
        pool.close()
        fixture.close()
    }
}
