import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Support
import Testing

@Suite("Numbers of orders", .freshDatabase)
struct OrderNumberTests {
    /// The sessions with their numbers, in order of the numbers.
    @Loop
    private func numbers(_ pool: Pool) async throws -> [String] {
        try await pool.run(
            .rows(
                """
                SELECT concat_ws(' ', stripe_session_id, COALESCE(number::text, 'none')) FROM orders ORDER BY number, id
                """
            ) { row throws(PostgresFault) in try row.text(0) })
    }

    @Test("are given in order of payment, once each; an order that nobody paid has none")
    func order() async throws {
        try await withFixture { fixture in
            for session in ["cs_1", "cs_2", "cs_3"] {
                let outcome = try await fixture.apply(
                    fixture.sale(session, .unpaid), fixture.entitlement(0), event: "evt_\(session)")
                #expect(outcome.number == nil)
            }
            for (event, session) in [("a", "cs_2"), ("a", "cs_2"), ("b", "cs_2"), ("c", "cs_1"), ("d", "cs_2")] {
                _ = try await fixture.apply(
                    fixture.sale(session, .paymentSucceeded), fixture.entitlement(), event: "evt_\(event)")
            }
            let outcome = try await fixture.apply(fixture.sale("cs_4"), fixture.entitlement(), event: "evt_e")
            let known = try await numbers(fixture.pool)
            #expect(known.map { String($0.prefix(4)) } == ["cs_2", "cs_1", "cs_4", "cs_3"])
            #expect(known[0] == "cs_2 10001" && known[3] == "cs_3 none")
            #expect(outcome.number.map { "cs_4 \($0)" } == known[2])
        }
    }

    @Test("of sales at once differ, without a gap")
    func concurrent() async throws {
        try await withFixture(poolSize: 16) { fixture in
            let sales = try (0..<40).map { try fixture.sale("cs_\($0)") }
            let running = sales.enumerated().map { index, sale in
                Loop.start { () async -> OrderNumber? in
                    try? await fixture.apply(sale, fixture.entitlement(), event: "evt_\(index)").number
                }
            }
            var given: [Int64] = []
            for sale in running { given.append(try #require(await sale.value).value) }
            #expect(given.sorted() == Array(10_001...10_040))
        }
    }

    @Test("of each shop begin with the same one")
    func shops() async throws {
        try await withFixture { fixture in
            _ = try await fixture.apply(fixture.sale("cs_1"), fixture.entitlement(), event: "evt_1")
            try await execute(
                script: """
                    INSERT INTO shops (id, name, support_email, sender)
                    VALUES ('019aa2b1-0000-7000-8000-00000000000f', 'Other', 'b@shop.example', 'B <b@shop.example>');
                    INSERT INTO orders (id, shop_id, status, currency, amount_total, livemode, created_at, paid_at,
                        stripe_session_id)
                    VALUES (gen_random_uuid(), '019aa2b1-0000-7000-8000-00000000000f', 'paid', 'usd', 1, false, now(), now(),
                        'cs_other');
                    """)
            #expect(Set(try await numbers(fixture.pool)) == ["cs_1 10001", "cs_other 10001"])
        }
    }

    @Test(
        "are given to what a function of the version before sells too, and nobody can change or take one",
        arguments: ["webhook", "orders", "reconcile"])
    func kept(role: String) async throws {
        try await withFixture(as: role) { fixture, pool in
            for session in ["cs_1", "cs_2"] {
                _ = try await fixture.apply(
                    fixture.sale(session, .unpaid), fixture.entitlement(0), event: "evt_\(session)")
                _ = try await pool.run(
                    .affected("UPDATE orders SET status = 'paid', paid_at = now() WHERE stripe_session_id = \(session)")
                )
            }
            #expect(try await numbers(fixture.pool) == ["cs_1 10001", "cs_2 10002"])
            let changes: [SQL] = [
                "UPDATE orders SET number = 7 WHERE stripe_session_id = 'cs_1'", "UPDATE orders SET number = NULL",
                "UPDATE order_numbers SET last = 1", "INSERT INTO order_numbers SELECT id, 5 FROM shops",
            ]
            for change in changes {
                await #expect(throws: PostgresFault.self) { _ = try await pool.run(Statement<Int>.affected(change)) }
            }
            #expect(try await numbers(fixture.pool) == ["cs_1 10001", "cs_2 10002"])
        }
    }

    @Test("of orders from before there were numbers follow their payments, and the next one follows them")
    func migrated() async throws {
        try await withConnection { connection in
            try await migrate(testDatabase()) { $0 < "0025" }
            try await connection.execute(
                script: """
                    INSERT INTO shops (id, name, support_email, sender)
                    SELECT ('019aa2b1-0000-7000-8000-00000000000' || n)::uuid, 'Shop', 'b@shop.example', 'B <b@shop.example>'
                    FROM generate_series(1, 2) n;
                    INSERT INTO orders (id, shop_id, status, currency, amount_total, livemode, created_at, paid_at,
                        stripe_session_id)
                    SELECT gen_random_uuid(), ('019aa2b1-0000-7000-8000-00000000000' || v.shop)::uuid, v.status, 'usd', 1,
                        false, now(), v.paid_at::timestamptz, v.session
                    FROM (VALUES (1, 'paid', '2026-11-03', 'cs_c'), (1, 'refunded', '2026-11-01', 'cs_a'),
                        (1, 'pending', NULL, 'cs_x'), (2, 'paid', '2026-11-02', 'cs_b')) v (shop, status, paid_at, session);
                    """)
            try await migrate(testDatabase()) { $0 >= "0025" }
            try await connection.execute(
                script: """
                    UPDATE orders SET status = 'paid', paid_at = now() WHERE stripe_session_id = 'cs_x';
                    """)
            let numbers = try await connection.run(
                Statement<[String]>.rows(
                    "SELECT concat_ws(' ', stripe_session_id, number) FROM orders ORDER BY stripe_session_id"
                ) { row throws(PostgresFault) in try row.text(0) })
            #expect(numbers == ["cs_a 10001", "cs_b 10001", "cs_c 10002", "cs_x 10003"])
        }
    }
}
