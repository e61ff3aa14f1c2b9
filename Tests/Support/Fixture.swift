import Audit
package import Downloads
package import EventLoop
package import Fulfilment
package import Kernel
import Licensing
package import Orders
package import Postgres

/// A migrated database with one product, and helpers to inspect it.
@Loop
package struct Fixture {
    /// The connection pool.
    package let pool: Pool
    /// The shop's ID.
    package let shop = ShopID(at: Instant(unixSeconds: 1))
    /// The product's ID.
    package let product = ProductID(at: Instant(unixSeconds: 2))
    /// The current time of every test: 2026-11-20T18:59:00Z.
    package let now = Instant(unixSeconds: 1_795_201_140)

    /// Creates a database with all migrations, one shop and one product with a price.
    package init(poolSize: Int = 4) async throws {
        var settings = try testDatabase()
        settings.poolSize = poolSize
        settings.queueLimit = 1_000
        try await migrate(settings)
        pool = Pool(settings, log: silentLog)
        let (shop, product) = (shop, product)
        _ = try await pool.run(
            .affected(
                """
                INSERT INTO shops (id, name, support_email, sender)
                VALUES (\(shop), 'Shop', 'support@shop.example', 'Shop <orders@shop.example>')
                """),
            Statement<Int>.affected(
                """
                INSERT INTO products (id, shop_id, slug, name, key_prefix, activation_limit, download_limit, download_days)
                VALUES (\(product), \(shop), 'genx-delay', 'GenX Delay', 'GENX', 3, 2, 7)
                """))
        _ = try await pool.run(
            Statement<Int>.affected(
                """
                INSERT INTO prices (id, product_id, stripe_price_id, unit_amount, currency)
                VALUES (\(PriceID(at: now)), \(product), 'price_1', 4900, 'usd')
                """))
    }

    /// Adds a second product, `genx-new` with `price_new`, to the catalog.
    package func addProduct(_ product: ProductID) async throws {
        _ = try await pool.run(
            Statement<Int>.affected(
                """
                INSERT INTO products (id, shop_id, slug, name, key_prefix, activation_limit, download_limit, download_days)
                VALUES (\(product), \(shop), 'genx-new', 'GenX New', 'GENXN', 3, 2, 7)
                """),
            Statement<Int>.affected(
                """
                INSERT INTO prices (id, product_id, stripe_price_id, unit_amount, currency)
                VALUES (\(PriceID(at: now)), \(product), 'price_new', 4900, 'usd')
                """))
    }

    /// Returns a sale as the webhook reads it from a session.
    package func sale(_ session: String, _ update: CheckoutUpdate = .paid, order: OrderID? = nil, quantity: Int = 1)
        throws
        -> Sale
    {
        let fallback = OrderID(
            UUIDv7(at: now, entropy: (UInt64(session.utf8.count), UInt64(bitPattern: Int64(session.hashValue)))))
        guard let currency = Currency("usd") else { throw PostgresFault.unexpectedAnswer("usd") }
        return Sale(
            order: order ?? fallback, fallbackOrder: fallback, session: session, paymentIntent: "pi_" + session,
            email: EmailAddress("Buyer@example.com"), name: "Björk",
            total: Money(minorUnits: 4900 * Int64(quantity), currency: currency),
            lines: [SaleLine(product: product, quantity: quantity, unitAmount: 4900)], isLive: false, createdAt: now,
            paidAt: now, update: update)
    }

    /// Returns what a paid sale grants: licenses and a link with two uses that lasts an hour.
    package func entitlement(_ count: Int = 1) -> Entitlement {
        var entitlement = Entitlement(keyVersion: 1, email: EmailID(at: now))
        entitlement.licenses = (0..<count).map { _ in
            let id = LicenseID(at: now)
            return NewLicense(id: id, prefix: "GENX", keyHash: id.uuid.bytes + id.uuid.bytes, keyLastFour: "ABCD")
        }
        entitlement.grants[1] = Grant(id: GrantID(at: now), expiresAt: now + .seconds(3600), maxUses: 2)
        return entitlement
    }

    /// Returns a ledger entry.
    package func entry(_ event: String) -> LedgerEntry {
        LedgerEntry(
            event: event, type: "checkout.session.completed", apiVersion: "2026", createdAt: now, receivedAt: now,
            payload: #"{"id":"x"}"#, source: .delivered)
    }

    /// Applies a sale as the webhook does.
    package func apply(_ sale: Sale, _ entitlement: Entitlement, event: String) async throws(PostgresFault)
        -> FulfilmentOutcome
    {
        try await pool.run(
            FulfilmentStatements.lock(sale),
            FulfilmentStatements.apply(
                sale, of: shop, entitlement, from: entry(event), mailLeasedUntil: now + .seconds(60),
                by: "function:webhook",
                at: now)
        ).1
    }

    /// Corrects an order's address, as the buyer under `rule`, or else as the seller.
    package func correct(
        _ order: OrderID, _ email: String, _ rule: CorrectionRule? = nil, through pool: Pool? = nil
    ) async throws(PostgresFault) -> CorrectionOutcome {
        guard let email = EmailAddress(email) else { throw .unexpectedAnswer("no address") }
        return try await (pool ?? self.pool).run(
            PaymentStatements.lock(paymentOf: order),
            CorrectionStatements.correctEmail(
                of: order, to: email, rule, CorrectionMails(at: now), leasedUntil: rule.map { _ in now + .seconds(60) },
                by: rule == nil
                    ? AuditContext(.operator("eve"), from: "desk", because: "asked by phone", at: now)
                    : AuditContext(.customer, from: "203.0.113.0", at: now))
        ).1
    }

    /// Returns the number of rows in each table that a sale writes to.
    package func counts() async throws -> Counts { try await Counts(in: pool) }

    /// Publishes a release with one file.
    package func publish(_ version: String) async throws {
        let release = ReleaseID(at: now)
        let hash = [UInt8](repeating: 7, count: 32)
        _ = try await pool.run(
            Statement<Int>.affected(
                """
                INSERT INTO releases (id, product_id, version, released_at)
                VALUES (\(release), \(product), \(version), clock_timestamp())
                """),
            Statement<Int>.affected(
                """
                INSERT INTO artifacts (id, release_id, platform, file_name, object_name, size, sha256)
                VALUES (\(UUIDv7(at: now)), \(release), 'macos', \("GenX-\(version).zip"),
                    \("genx-delay/\(version)/macos/GenX-\(version).zip"), 12, \(hash))
                """))
    }
}

extension CorrectionOutcome {
    /// The mails that wait to be sent, the notice among them.
    package var mails: [EmailID] {
        guard case .corrected(_, let mails, let notice) = self else { return [] }
        return mails + (notice.map { [$0] } ?? [])
    }
}

extension Entitlement {
    /// The grant of the first line.
    package var grant: Grant {
        guard let grant = grants[1] else { preconditionFailure("the first line has no grant") }
        return grant
    }
}
