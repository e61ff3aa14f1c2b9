import Crypto
package import Kernel
package import Licensing
import Settings
import Testing

/// The current time of tests that open no fixture: 2026-11-20T18:59:00Z.
package let testNow = Instant(unixSeconds: 1_795_201_140)

/// An order that was paid half an hour before `testNow`, with one license, and everything that belongs to it.
package struct DemoOrder: Sendable {
    /// The order's ID.
    package static let id = "019aa2b1-0000-7000-8000-000000000001"
    /// The license's ID.
    package static let license = "019aa2b1-0000-7000-8000-000000000002"

    /// The license's complete key.
    package let key: String

    /// Puts it into the current test's database, beside the demo catalog.
    package init(total: Int64 = 4900, currency: String = "usd") async throws {
        key = try DemoOrder.key(reissues: 0).revealed()
        let (hash, lastFour) = try (DemoOrder.hash(key), key.suffix(4))
        try await applyDemoCatalog()
        try await execute(
            script: """
                SET TIME ZONE 'UTC';
                INSERT INTO customers (id, shop_id, email, name, created_at)
                SELECT '019aa2b1-0000-7000-8000-0000000000c1', id, 'buyer@example.com', 'Björk', '2026-11-20 18:30' FROM shops;
                INSERT INTO orders (id, shop_id, customer_id, status, email, currency, amount_total, stripe_session_id,
                    stripe_payment_intent_id, livemode, created_at, paid_at)
                SELECT '\(DemoOrder.id)', shop_id, id, 'paid', email, '\(currency)', \(total), 'cs_test_1', 'pi_1', false,
                    '2026-11-20 18:30', '2026-11-20 18:31' FROM customers;
                INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
                SELECT o.id, 1, p.id, 1, \(total), o.amount_total FROM orders o, products p;
                INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
                SELECT '\(DemoOrder.license)', o.id, p.id, 'active', 1, '\\x\(hash)', '\(lastFour)', '2026-11-20 18:31'
                FROM orders o, products p;
                INSERT INTO download_grants (id, order_id, expires_at, max_uses, created_at)
                SELECT '019aa2b1-0000-7000-8000-000000000004', id, '2026-11-27 18:31', 20, '2026-11-20 18:31' FROM orders;
                INSERT INTO emails (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at, sent_at)
                SELECT '019aa2b1-0000-7000-8000-000000000005', id, 'receipt', email, 'sent', 1, '2026-11-20 18:31',
                    '2026-11-20 18:31', '2026-11-20 18:31' FROM orders;
                """)
    }

    /// Returns the license's key after so many reissues.
    package static func key(reissues: Int, version: Int = 1, secrets text: String? = nil) throws -> LicenseKey {
        var environment = TestSettings.environment
        if let text { environment["LICENSE_SECRETS"] = text }
        var read = SettingsReader(environment)
        let keys = try #require(KeyRing(&read))
        return try keys.key(
            of: KeyOrigin(
                license: try #require(LicenseID(license)), prefix: "GENX", version: version, reissues: reissues))
    }

    /// Returns the hash of a key that the database has, in hexadecimal.
    package static func hash(_ key: String) throws -> String {
        var read = SettingsReader(TestSettings.environment)
        return Hex.encode(try #require(LicenseKey(key)).hash(pepper: try #require(Pepper(&read))))
    }
}
