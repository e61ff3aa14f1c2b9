import EventLoop
import Fulfilment
import HTTP
import Kernel
import Log
import Postgres
import Reconciliation
import Settings
import StripeClient
import Support

@testable import ReconcileFunction

/// A shop whose webhook hears nothing: the live function in its own role, before the built sandbox.
@Loop
final class LosingShop: Closable {
    let fixture: Fixture
    let stripe: StripeSide
    let log = CapturedLog()
    private let pool: Pool
    private let settings: ReconcileSettings

    /// Starts the sandbox as a process of its own, lends the shop, and ends both.
    ///
    /// - Parameter environment: settings of the function's that are not the usual ones.
    nonisolated static func open(
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
        let environment = TestSettings.environment.merging(["STRIPE_API_BASE": stripe.base, "DATABASE_URL": url]) { $1 }
        settings = try ReconcileSettings(environment.merging(changes) { $1 })
        pool = Pool(try testDatabase(as: "latchkey_reconcile", poolSize: settings.database.poolSize), log: silentLog)
    }

    /// The present test's database as the function's own role.
    nonisolated static func databaseURL() throws -> String {
        try testDatabase().url.revealed() + "?options=-c%20role%3Dlatchkey_reconcile"
    }

    /// One call of the scheduler's; answers what the function did.
    @discardableResult
    func reconcile() async throws -> String {
        let reconcile = Reconcile(settings, pool, log.log)
        let response = try await reconcile(
            Request(
                method: .post, path: "/tasks/reconcile",
                fields: ["Authorization": "Bearer " + String(repeating: "t", count: 32)]))
        return String(decoding: response.body, as: UTF8.self)
    }

    /// A run as `plan` says, whoever else may be at it.
    func run(_ plan: ReconciliationPlan) async -> ReconciliationReport {
        await Reconciliation(settings, pool, log.log)(plan)
    }

    /// Order, licenses and mails of a sale in words.
    func state(_ sold: StripeSide.Sold) async throws -> String {
        try await text(
            """
            SELECT concat_ws(' ', o.status, o.amount_refunded::text,
                (SELECT string_agg(status, ',' ORDER BY status) FROM licenses l WHERE l.order_id = o.id),
                (SELECT string_agg(kind || ':' || status, ',' ORDER BY created_at, kind) FROM emails e WHERE e.order_id = o.id))
            FROM orders o WHERE o.id = \(sold.order)
            """)
    }

    /// As after weeks: no list that is read goes back so far, and what was heard was heard long ago.
    func passTime() async throws {
        try await run("UPDATE reconcile_marks SET through = now() + interval '1 day'")
        try await run("UPDATE refunds SET stated_at = stated_at - interval '20 days'")
        try await run("UPDATE disputes SET stated_at = stated_at - interval '20 days'")
    }

    func run(_ sql: SQL) async throws { _ = try await fixture.pool.run(Statement<Int>.affected(sql)) }

    /// A text that a statement answers; `none` when it answers no row.
    func text(_ sql: SQL) async throws -> String {
        try await fixture.pool.run(
            Statement<String?>.optionalRow(sql) { row throws(PostgresFault) in try row.text(0) }) ?? "none"
    }

    func close() {
        pool.close()
        fixture.close()
    }
}
