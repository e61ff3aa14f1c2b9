import Audit
import EventLoop
import Kernel
import Postgres
import Support
import Testing

@testable import Orders

@Suite("Changing an order for the seller", .freshDatabase)
struct OrderChangingTests {
    @Test("a buyer's mail is queued again, due at once, and audited")
    func resent() async throws {
        _ = try await DemoOrder()
        #expect(try await resend() == .success("buyer@example.com"))
        #expect(try await waiting() == ["resend buyer@example.com 0 due"])
        #expect(try await auditLog() == [#"operator:eve order.resent {"reason": "r"}"#])
    }

    @Test(
        "an order without an active license gets no mail",
        arguments: [
            ("refunded", "revoked"), ("lost", "revoked"), ("disputed", "suspended"), ("awaiting_payment", "revoked"),
            ("paid", "revoked"),
        ])
    func closed(status: String, license: String) async throws {
        _ = try await DemoOrder()
        try await execute(script: "UPDATE orders SET status = '\(status)'; UPDATE licenses SET status = '\(license)'")
        #expect(try await resend() == .failure(.closed(try #require(OrderStatus(rawValue: status)))))
        #expect(try await waiting() == [])
        #expect(try await auditLog() == [])
    }

    @Test("a corrected address takes the order to its customer, and the mail goes there and nowhere else")
    func corrected() async throws {
        _ = try await DemoOrder()
        try await execute(
            script: """
                INSERT INTO orders (id, shop_id, customer_id, status, email, currency, amount_total, livemode, created_at)
                SELECT '019aa2b1-0000-7000-8000-0000000000aa', shop_id, id, 'paid', email, 'usd', 1, false, now()
                FROM customers;
                INSERT INTO emails (id, order_id, kind, recipient, status, next_attempt_at, created_at)
                SELECT ('019aa2b1-0000-7000-8000-00000000000' || number)::uuid, '\(DemoOrder.id)', kind,
                    'buyer@example.com', 'pending', now(), now()
                FROM (VALUES (6, 'receipt'), (7, 'resend'), (8, 'refund_confirmed')) m (number, kind)
                """)
        #expect(
            try await corrected("ada@example.com")
                == Corrected(previous: "buyer@example.com", mails: 2, isNoticed: true, hasChanged: true))
        #expect(
            try await waiting() == [
                "address_changed buyer@example.com 0 due", "receipt ada@example.com 0 due",
                "refund_confirmed ada@example.com 0 due",
            ])
        #expect(
            try await texts(
                """
                SELECT c.email || ' ' || c.name || ' ' || o.email
                FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.id
                """
            ) == ["ada@example.com Björk ada@example.com", "buyer@example.com Björk buyer@example.com"])
        #expect(
            try await auditLog() == [
                #"operator:eve email.corrected {"to": "a…@example.com", "from": "b…@example.com", "reason": "r"}"#
            ])
    }

    @Test("an address that has a customer takes the order to that one")
    func knownCustomer() async throws {
        _ = try await DemoOrder()
        try await execute(
            script: """
                INSERT INTO customers (id, shop_id, email, name, created_at)
                SELECT '019aa2b1-0000-7000-8000-0000000000c2', id, 'Ada@example.com', 'Ada', now() FROM shops
                """)
        _ = try await correct("ada@example.com").get()
        #expect(
            try await texts("SELECT c.name || ' ' || c.email FROM orders o JOIN customers c ON c.id = o.customer_id")
                == ["Ada Ada@example.com"])
        #expect(try await numbers("SELECT count(*) FROM customers") == [2])
    }

    @Test("the same address again is nothing to do")
    func unchanged() async throws {
        _ = try await DemoOrder()
        #expect(
            try await corrected("buyer@example.com")
                == Corrected(previous: "buyer@example.com", mails: 0, isNoticed: false, hasChanged: false))
        #expect(try await waiting() == [])
        #expect(try await auditLog() == [])
    }

    @Test("an order that nobody has placed has no address to correct", arguments: [OrderStatus.pending, .expired])
    func notPlaced(status: OrderStatus) async throws {
        _ = try await DemoOrder()
        try await execute(script: "UPDATE orders SET status = '\(status.rawValue)'")
        #expect(try await correct("ada@example.com") == .failure(.notPlaced(status)))
    }

    @Test("a paid order that has no address at all gets one")
    func noAddress() async throws {
        _ = try await DemoOrder()
        try await execute(script: "UPDATE orders SET email = NULL, customer_id = NULL")
        #expect(try await resend() == .failure(.noAddress))
        #expect(
            try await corrected("ada@example.com")
                == Corrected(previous: nil, mails: 1, isNoticed: false, hasChanged: true))
    }

    @Test("an order that is not there is told as that")
    func noOrder() async throws {
        _ = try await DemoOrder()
        let other = OrderID(at: testNow)
        #expect(try await resend(other) == .failure(.noOrder))
        #expect(try await correct("ada@example.com", of: other) == .failure(.noOrder))
    }

    @Test("a dry run tells what would happen and leaves no trace")
    func dryRun() async throws {
        _ = try await DemoOrder()
        #expect(try await resend(dryRun: true) == .success("buyer@example.com"))
        #expect(try await correct("ada@example.com", dryRun: true).get().hasChanged)
        #expect(try await waiting() == [])
        #expect(try await auditLog() == [])
        #expect(try await texts("SELECT email FROM customers") == ["buyer@example.com"])
    }

    private func resend(
        _ order: OrderID? = nil, dryRun: Bool = false
    ) async throws -> Result<String, OrderChangeFault> {
        let order = try order ?? #require(OrderID(DemoOrder.id))
        return try await changing(dryRun: dryRun) { changing throws(OrderChangeFault) in
            try await changing.resend(order)
        }
    }

    private func correct(
        _ address: String, of order: OrderID? = nil, dryRun: Bool = false
    ) async throws -> Result<EmailCorrection, OrderChangeFault> {
        let order = try order ?? #require(OrderID(DemoOrder.id))
        let address = try #require(EmailAddress(address))
        return try await changing(dryRun: dryRun) { changing throws(OrderChangeFault) in
            try await changing.correctEmail(of: order, to: address)
        }
    }

    /// A correction that was made, without the mails' random IDs.
    private struct Corrected: Equatable {
        let previous: String?
        let mails: Int
        let isNoticed: Bool
        let hasChanged: Bool
    }

    private func corrected(_ address: String) async throws -> Corrected {
        let made = try await correct(address).get()
        return Corrected(
            previous: made.previous, mails: made.mails.count, isNoticed: made.notice != nil,
            hasChanged: made.hasChanged)
    }

    private func changing<Output: Sendable>(
        dryRun: Bool, _ body: @escaping @Loop @Sendable (OrderChanging) async throws(OrderChangeFault) -> Output
    ) async throws -> Result<Output, OrderChangeFault> {
        let context = AuditContext(.operator("eve"), from: "desk", because: "r", at: testNow)
        return try await withConnection { connection in
            let changing = OrderChanging(AuditedConnection(connection, by: context, dryRun: dryRun))
            do throws(OrderChangeFault) { return .success(try await body(changing)) } catch { return .failure(error) }
        }
    }

    private func waiting() async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws(' ', kind, recipient, attempts, CASE WHEN next_attempt_at <= created_at THEN 'due' END)
            FROM emails WHERE status = 'pending' ORDER BY kind
            """)
    }
}
