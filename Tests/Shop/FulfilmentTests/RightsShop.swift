import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Support

/// Orders in every state that matters to a right, made by the owner.
extension Fixture {
    /// Adds the orders: begun, handed to Stripe, paid, refunded, disputed, lost, corrected, and one whose license the
    /// seller revoked.
    ///
    /// The paid order's link was used once. `paid_order()` and `held_order()` are functions of the database that
    /// return an order's ID, for roles that cannot look it up.
    func addOrdersOfEveryKind() async throws {
        try await publish("1.0.0")
        for session in [nil, "cs_pending"] {
            let order = OrderID(at: now)
            _ = try await pool.run(
                CheckoutStatements.begin(
                    order: order, product: "genx-delay", quantity: 1, email: EmailAddress("buyer@example.com"),
                    isLive: false, at: now, behind: .roomy(at: now)))
            if let session { _ = try await pool.run(CheckoutStatements.attach(session: session, to: order)) }
        }
        for status in ["paid", "refunded", "disputed", "lost", "corrected", "held"] {
            _ = try await apply(
                sale("cs_\(status)", order: OrderID(at: now)), entitlement(), event: "evt_\(status)")
        }
        try await execute(
            script: """
                UPDATE orders SET status = 'refunded', amount_refunded = 4900 WHERE stripe_session_id = 'cs_refunded';
                UPDATE orders SET status = 'disputed' WHERE stripe_session_id = 'cs_disputed';
                UPDATE orders SET status = 'lost' WHERE stripe_session_id = 'cs_lost';
                UPDATE orders SET email_corrections = 2 WHERE stripe_session_id = 'cs_corrected';
                UPDATE licenses l SET status = 'revoked', held_at = now() FROM orders o
                WHERE o.id = l.order_id AND o.stripe_session_id = 'cs_held';
                UPDATE download_grants g SET revoked_at = now() FROM orders o
                WHERE o.id = g.order_id AND o.stripe_session_id = 'cs_held';
                UPDATE download_grants g SET uses = 1, file_uses = '{"a.zip": "2026-11-20T18:00:00Z"}' FROM orders o
                WHERE o.id = g.order_id AND o.stripe_session_id = 'cs_paid';
                CREATE TABLE known_orders AS SELECT id, stripe_session_id AS session FROM orders;
                CREATE FUNCTION paid_order() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
                    AS 'SELECT id FROM public.known_orders WHERE session = ''cs_paid''';
                CREATE FUNCTION held_order() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
                    AS 'SELECT id FROM public.known_orders WHERE session = ''cs_held''';
                """)
    }
}

/// Runs `body` with those orders and a connection that logs in as a member of `role`, such as `orders`.
func withOrders(
    as role: String, _ body: @escaping @Loop @Sendable (Fixture, Connection) async throws -> Void
) async throws {
    try await withFixture { fixture in
        try await fixture.addOrdersOfEveryKind()
        try await withLogin(of: "latchkey_\(role)") { settings in
            try await withOpen({ try await Connection.open(settings) }) { connection in
                try await body(fixture, connection)
            }
        }
    }
}

extension Connection {
    /// Runs a script and returns the SQLSTATE of the fault, if there is one.
    func state(of script: String) async -> String? {
        do throws(PostgresFault) {
            try await execute(script: script)
            return nil
        } catch { return error.state ?? error.description }
    }
}
