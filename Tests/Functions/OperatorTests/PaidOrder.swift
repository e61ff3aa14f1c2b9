import Crypto
import Kernel
import Licensing
import Orders
import Postgres
import Settings
import Support
import Testing

@testable import OperatorFunction

/// An order that was paid half an hour before the tests take place, with one license, and what hangs on it.
struct PaidOrder: Sendable {
    static let id = "019aa2b1-0000-7000-8000-000000000001"
    static let license = "019aa2b1-0000-7000-8000-000000000002"

    /// The license's key, whole.
    let key: String

    /// Puts it into the present test's database.
    init(total: Int64 = 4900, currency: String = "usd") async throws {
        key = try PaidOrder.key(reissues: 0).revealed()
        let (hash, lastFour) = try (PaidOrder.hash(key), key.suffix(4))
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
        try await execute(
            """
            SET TIME ZONE 'UTC';
            INSERT INTO customers (id, shop_id, email, name, created_at)
            SELECT '019aa2b1-0000-7000-8000-0000000000c1', id, 'buyer@example.com', 'Björk', '2026-11-20 18:30' FROM shops;
            INSERT INTO orders (id, shop_id, customer_id, status, email, currency, amount_total, stripe_session_id,
                stripe_payment_intent_id, livemode, created_at, paid_at)
            SELECT '\(PaidOrder.id)', shop_id, id, 'paid', email, '\(currency)', \(total), 'cs_test_1', 'pi_1', false,
                '2026-11-20 18:30', '2026-11-20 18:31' FROM customers;
            INSERT INTO order_items SELECT o.id, 1, p.id, 1, \(total) FROM orders o, products p;
            INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
            SELECT '\(PaidOrder.license)', o.id, p.id, 'active', 1, '\\x\(hash)', '\(lastFour)', '2026-11-20 18:31'
            FROM orders o, products p;
            INSERT INTO download_grants (id, order_id, expires_at, max_uses, created_at)
            SELECT '019aa2b1-0000-7000-8000-000000000004', id, '2026-11-27 18:31', 20, '2026-11-20 18:31' FROM orders;
            INSERT INTO emails (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at, sent_at)
            SELECT '019aa2b1-0000-7000-8000-000000000005', id, 'receipt', email, 'sent', 1, '2026-11-20 18:31',
                '2026-11-20 18:31', '2026-11-20 18:31' FROM orders;
            """)
    }

    /// The license's key after so many others.
    static func key(reissues: Int, version: Int = 1, secrets text: String? = nil) throws -> LicenseKey {
        var environment = TestSettings.environment
        if let text { environment["LICENSE_SECRETS"] = text }
        var read = SettingsReader(environment)
        let keys = try #require(KeyRing(&read))
        return try keys.key(
            of: KeyOrigin(
                license: try #require(LicenseID(license)), prefix: "GENX", version: version, reissues: reissues))
    }

    /// What the database holds of a key, in hexadecimal.
    static func hash(_ key: String) throws -> String {
        var read = SettingsReader(TestSettings.environment)
        return Hex.encode(try #require(LicenseKey(key)).hash(pepper: try #require(Pepper(&read))))
    }
}

extension Run {
    /// Runs `latchkey` as an operator called Eve, with every setting there is.
    static func eve(
        _ words: [String], _ environment: [String: String] = [:], at now: Instant = testNow, answering: Bool? = nil
    ) async throws -> Run {
        var settings = TestSettings.environment
        settings["DATABASE_URL"] = nil
        settings["LATCHKEY_OPERATOR"] = "eve"
        return try await latchkey(words, settings.merging(environment) { $1 }, at: now, answering: answering)
    }
}

/// The audit log's entries, as `actor action details`, without what differs from run to run.
func auditLog() async throws -> [String] {
    try await texts(
        """
        SELECT actor || ' ' || action || ' ' || (details - 'request' - 'mail') FROM audit_log
        WHERE actor LIKE 'operator:%' ORDER BY id
        """)
}
