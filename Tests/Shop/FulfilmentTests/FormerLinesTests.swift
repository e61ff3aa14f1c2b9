import EventLoop
import Kernel
import Postgres
import Support
import Testing

/// Between a migration and the deployment that follows it, functions of the version before run on the new schema.
@Suite("Order lines under their former name", .freshDatabase)
struct FormerLinesTests {
    @Test(
        "a function of the version before writes a line, which then has a total and no discount, and reads it",
        arguments: ["webhook", "orders", "reconcile"])
    func writes(role: String) async throws {
        try await withFixture(as: role) { fixture, pool in
            let order = OrderID(at: fixture.now)
            _ = try await fixture.pool.run(
                .affected(
                    """
                    INSERT INTO orders (id, shop_id, status, currency, amount_total, livemode, created_at)
                    VALUES (\(order), \(fixture.shop), 'paid', 'usd', 9800, false, now())
                    """))
            let insert: SQL = """
                INSERT INTO order_items (order_id, position, product_id, quantity, unit_amount)
                VALUES (\(order), 1, \(fixture.product), 2, 4900)
                ON CONFLICT (order_id, position) DO NOTHING
                """
            for _ in 0..<2 { _ = try await pool.run(Statement<Int>.affected(insert)) }
            let read = try await pool.run(
                Statement<Int64>.row("SELECT quantity FROM order_items WHERE order_id = \(order) AND position = 1") {
                    row throws(PostgresFault) in try row.integer(0)
                })
            #expect(read == 2)
            let line = try await fixture.pool.run(
                Statement<String>.row(
                    "SELECT concat_ws(' ', amount_total, amount_discount, amount_tax, amount_refunded) FROM order_lines"
                ) { row throws(PostgresFault) in try row.text(0) })
            #expect(line == "9800 0 0 0")
        }
    }
}
