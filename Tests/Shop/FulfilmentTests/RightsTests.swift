import EventLoop
import Kernel
import Orders
import Postgres
import Support
import Testing

@testable import Fulfilment

@Suite("Rights by row and by transition", .freshDatabase)
struct RightsTests {
    @Test("each role has the rights on each table that are listed, and no table is without its list")
    func tables() async throws {
        try await prepareDatabase()
        let found = try await texts(
            """
            SELECT t.relname || '|' || COALESCE(
                string_agg(substr(r.rolname, 10) || ' ' || may.verbs, ', ' ORDER BY r.rolname) FILTER (WHERE may.verbs <> ''), '')
            FROM pg_class t CROSS JOIN pg_roles r CROSS JOIN LATERAL (
                SELECT concat(
                    CASE WHEN has_table_privilege(r.oid, t.oid, 'SELECT') THEN 'S'
                        WHEN has_any_column_privilege(r.oid, t.oid, 'SELECT') THEN 's' END,
                    CASE WHEN has_table_privilege(r.oid, t.oid, 'INSERT') THEN 'I'
                        WHEN has_any_column_privilege(r.oid, t.oid, 'INSERT') THEN 'i' END,
                    CASE WHEN has_table_privilege(r.oid, t.oid, 'UPDATE') THEN 'U'
                        WHEN has_any_column_privilege(r.oid, t.oid, 'UPDATE') THEN 'u' END,
                    CASE WHEN has_table_privilege(r.oid, t.oid, 'DELETE') THEN 'D' END,
                    CASE WHEN has_table_privilege(r.oid, t.oid, 'TRUNCATE, REFERENCES, TRIGGER') THEN 'X' END) AS verbs
            ) may
            WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND r.rolname LIKE 'latchkey\\_%'
            GROUP BY t.relname ORDER BY 1
            """)
        #expect(found == tableRights.map { "\($0.key)|\($0.value)" }.sorted())
        let named = Set(tableRights.values.flatMap { $0.split(separator: ", ").map { $0.split(separator: " ")[0] } })
        #expect(named.map(String.init).sorted() == roles)
    }

    @Test("each function with the owner's rights is called by the roles that are listed, and has a fixed search path")
    func functions() async throws {
        try await prepareDatabase()
        let found = try await texts(
            """
            SELECT p.proname || '|' || COALESCE(string_agg(substr(r.rolname, 10), ' ' ORDER BY r.rolname)
                FILTER (WHERE has_function_privilege(r.oid, p.oid, 'EXECUTE')), '')
            FROM pg_proc p CROSS JOIN pg_roles r
            WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND r.rolname LIKE 'latchkey\\_%'
            GROUP BY p.oid ORDER BY 1
            """)
        #expect(found == ownerFunctions.map { "\($0.key)|\($0.value)" }.sorted())
        let open = try await texts(
            """
            SELECT proname::text FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND (prosecdef OR prorettype = 'trigger'::regtype)
                AND NOT COALESCE('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
                AND proname <> 'audit_log_is_append_only'
            """)
        #expect(open == [])
    }

    @Test("no role can make a forbidden change, whatever its function does", arguments: roles)
    func refused(role: String) async throws {
        try await withOrders(as: role) { _, connection in
            for attempt in forbidden where !attempt.except.contains(role) {
                let state = await connection.state(of: attempt.sql)
                #expect(state == "42501", "\(role): \(attempt.intent)")
            }
        }
    }

    @Test("what is forbidden to roles and not to the owner is possible, so that each attempt finds a row to change")
    func owner() async throws {
        try await withFixture { fixture in
            try await fixture.addOrdersOfEveryKind()
            for attempt in forbidden where attempt.sql.contains("UPDATE") {
                try await withConnection { connection in
                    let state = await connection.state(of: "BEGIN; \(attempt.sql)")
                    #expect(state == nil, "\(attempt.intent)")
                }
            }
        }
    }

    @Test(
        "the checkout reads no session, no address and no order that Stripe has",
        arguments: ["stripe_session_id", "email", "status", "customer_id", "amount_total", "ctid", "*"])
    func reading(column: String) async throws {
        try await withOrders(as: "checkout") { _, connection in
            for refused in [
                "SELECT \(column) FROM orders", "SELECT count(*) FROM order_lines", "SELECT count(*) FROM order_items",
                "SET row_security = off; SELECT id FROM orders",
            ] {
                let state = await connection.state(of: refused)
                #expect(state == "42501", "\(refused)")
            }
            let seen = try await connection.run(
                Statement<Int64>.row("SELECT count(id) FROM orders") { row throws(PostgresFault) in
                    try row.integer(0)
                })
            #expect(seen == 1)
        }
    }

    @Test(
        "the checkout moves no order and begins none but pending ones",
        arguments: [
            Attempt(intent: "move", sql: "UPDATE orders SET status = 'failed'"),
            Attempt(intent: "attach", sql: "UPDATE orders SET stripe_session_id = 'cs_mine'"),
            Attempt(intent: "lock", sql: "SELECT id FROM orders FOR UPDATE"),
            Attempt(intent: "lock all", sql: "BEGIN; LOCK TABLE orders IN SHARE MODE"),
            Attempt(intent: "begin paid", sql: begin("status", "'paid'")),
            Attempt(intent: "begin failed", sql: begin("status", "'failed'")),
            Attempt(intent: "begin with a session", sql: begin("status, stripe_session_id", "'pending', 'cs_mine'")),
            Attempt(intent: "begin with a customer", sql: begin("status, customer_id", "'pending', NULL")),
            Attempt(intent: "begin paid at a time", sql: begin("status, paid_at", "'pending', now()")),
            Attempt(
                intent: "begin over another",
                sql: begin("status", "'pending'") + " ON CONFLICT (id) DO UPDATE SET status = 'failed'"),
            Attempt(intent: "add to what is paid", sql: addLine("order_lines", "amount_total", "1")),
            Attempt(intent: "add to what is paid, as before", sql: addLine("order_items", "product_id", "product.id")),
            Attempt(intent: "add a refunded line", sql: addLine("order_lines", "amount_refunded", "1")),
            Attempt(intent: "change a line", sql: "UPDATE order_lines SET amount_total = 1"),
        ])
    func moving(attempt: Attempt) async throws {
        try await withOrders(as: "checkout") { _, connection in
            let state = await connection.state(of: attempt.sql)
            #expect(state == "42501")
        }
    }

    @Test("the checkout's functions leave every order alone that Stripe has, and attach no second session")
    func handedOver() async throws {
        try await withOrders(as: "checkout") { fixture, connection in
            let all: SQL =
                "SELECT md5(string_agg(o::text, '' ORDER BY id)) FROM orders o WHERE stripe_session_id IS NOT NULL"
            let before = try await texts(all)
            let known = try await fixture.pool.run(
                Statement<[OrderID]>.rows("SELECT id FROM orders") { row throws(PostgresFault) in try row.id(0) })
            var attached = 0
            for order in known {
                attached += try await connection.run(CheckoutStatements.attach(session: "cs_mine", to: order))
                let more = try await connection.run(CheckoutStatements.attach(session: "cs_mine", to: order))
                let abandoned = try await connection.run(CheckoutStatements.abandon(order))
                #expect((more, abandoned) == (0, 0))
            }
            #expect(attached == 1)
            try await execute(script: "UPDATE orders SET stripe_session_id = NULL WHERE stripe_session_id = 'cs_mine'")
            #expect(try await texts(all) == before)
        }
    }

    @Test("a checkout of the version before begins orders on this schema, and learns that it may not attach a session")
    func versionBefore() async throws {
        try await withOrders(as: "checkout") { fixture, connection in
            let before = try await fixture.counts().orders
            for lines in ["order_lines", "order_items"] {
                let state = await connection.state(
                    of: """
                        WITH offer AS (
                            SELECT p.id AS product_id, p.shop_id, r.unit_amount, r.currency
                            FROM products p JOIN prices r ON r.product_id = p.id AND r.active
                        ), new_order AS (
                            INSERT INTO orders (id, shop_id, status, email, currency, amount_total, livemode, created_at)
                            SELECT gen_random_uuid(), shop_id, 'pending', 'a@example.com', currency, unit_amount, false, now()
                            FROM offer
                            RETURNING id
                        )
                        INSERT INTO \(lines) (order_id, position, product_id, quantity, unit_amount)
                        SELECT n.id, 1, o.product_id, 1, o.unit_amount FROM offer o, new_order n
                        """)
                #expect(state == nil, "\(lines)")
            }
            #expect(try await fixture.counts().orders == before + 2)
            let state = await connection.state(
                of: """
                    UPDATE orders SET stripe_session_id = 'cs_1'
                    WHERE id = gen_random_uuid() AND stripe_session_id IS NULL
                    """)
            #expect(state == "42501")
        }
    }

    @Test(
        "a dispute that is won opens its order's license again, and not one that was revoked by hand",
        arguments: ["webhook", "reconcile"])
    func disputes(role: String) async throws {
        try await withOrders(as: role) { fixture, connection in
            for session in ["cs_paid", "cs_held"] {
                let payment = "pi_\(session)"
                for (index, status) in [DisputeStatus.open, .won].enumerated() {
                    let at = fixture.now + .seconds(index)
                    _ = try await connection.run(
                        PaymentStatements.lock(payment),
                        PaymentEventStatements.record(
                            .dispute(id: "dp_\(session)", status, at: at), of: payment,
                            from: fixture.entry("evt_\(session)_\(index)")),
                        PaymentStatements.settle(
                            payment, PaymentMails(at: at), mailLeasedUntil: at, by: "function:\(role)", at: at))
                    let found = try await texts(
                        """
                        SELECT l.status FROM licenses l JOIN orders o ON o.id = l.order_id
                        WHERE o.stripe_session_id IN ('cs_paid', 'cs_held') ORDER BY o.stripe_session_id DESC
                        """)
                    #expect(found == [session == "cs_paid" && index == 0 ? "suspended" : "active", "revoked"])
                }
            }
        }
    }

    @Test("the limits of time that a function relies on are not those that its login set for itself")
    func ownSettings() async throws {
        try await withFixture { _ in }
        try await withLogin(of: "latchkey_checkout") { settings in
            try await withOpen({ try await Connection.open(settings) }) { connection in
                try await connection.execute(
                    script: """
                        ALTER ROLE CURRENT_USER SET statement_timeout = '1ms';
                        ALTER ROLE CURRENT_USER SET lock_timeout = '1ms'
                        """)
            }
            try await withOpen({ try await Connection.open(settings) }) { connection in
                let limits = try await connection.run(
                    Statement<String>.row(
                        "SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout')"
                    ) { row throws(PostgresFault) in try row.text(0) })
                #expect(limits == "59s 59s")
            }
        }
    }
}

/// An order in the checkout's own columns, with other ones.
private func begin(_ columns: String, _ values: String) -> String {
    """
    INSERT INTO orders (id, shop_id, currency, amount_total, livemode, created_at, \(columns))
    SELECT gen_random_uuid(), id, 'usd', 1, false, now(), \(values) FROM shops
    """
}

/// A second line of the paid order.
private func addLine(_ table: String, _ column: String, _ value: String) -> String {
    """
    INSERT INTO \(table) (order_id, position, quantity, unit_amount, \(column))
    SELECT paid_order(), 2, 1, 1, \(value) FROM products product
    """
}
