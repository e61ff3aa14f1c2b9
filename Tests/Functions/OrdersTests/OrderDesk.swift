import Catalog
import EventLoop
import Fulfilment
import HTTP
import Kernel
import Licensing
import Log
import OrderMails
import Orders
import Outbox
import Postgres
import Stripe
import StripeClient
import Support
import Synchronization
import Testing

@testable import OrdersFunction

/// A shop with one product and its release, the orders function composed as `Main` does it under its own role, and a
/// Stripe that answers what the test says.
@Loop
final class OrderDesk: Closable {
    let orders: Orders
    let settings: OrdersSettings
    let stripe = StripeStub()
    let log = LogKeeper()
    /// The present moment of the test, however long it takes.
    let now = WallClock.system.now()
    let owner: Pool
    private let pool: Pool
    private let webhook: Fulfilment

    /// `environment` replaces settings.
    init(poolSize: Int = 4, _ environment: [String: String] = [:]) async throws {
        let database = try testDatabase()
        try await migrate(database)
        owner = Pool(try OrderDesk.sized(poolSize), log: silentLog)
        pool = Pool(try OrderDesk.sized(poolSize, role: "latchkey_orders"), log: silentLog)
        settings = try OrdersSettings(sampleEnvironment.merging(environment) { $1 })
        orders = Orders(
            settings, pool, fetch: { [stripe] id throws(StripeCallFault) in try stripe.answer(id) }, log.log)
        let catalog = CatalogCache(owner)
        let mails = MailService(
            settings.mail, keys: settings.keys, pool: owner, catalog: catalog, log: silentLog, attemptTime: .seconds(3))
        webhook = Fulfilment(
            pool: owner, catalog: catalog, stripe: StripeClient(settings.stripe), keys: settings.keys, mails: mails,
            actor: "function:webhook", log: silentLog)
        try await fillShop()
    }

    /// The function of another process, with a Stripe of its own.
    func anotherProcess(
        fetch: (@Sendable (StripeID) async throws(StripeCallFault) -> CheckoutSession)? = nil
    ) -> Orders {
        Orders(
            settings, pool,
            fetch: fetch ?? { [stripe] id throws(StripeCallFault) in try stripe.answer(id) }, log.log)
    }

    /// What a browser gets, or a program with `accept`.
    func get(
        _ path: String, accept: String = "text/html", method: HTTP.Method = .get, after passed: Duration = .zero,
        from caller: String = "127.0.0.1"
    ) async -> Response {
        await orders(
            Request(
                method: method, path: path, fields: ["Accept": accept], peer: caller, receivedAt: now + passed))
    }

    /// The page of a session.
    func page(_ session: String, after passed: Duration = .zero) async -> Response {
        await get("/orders/\(session)", after: passed)
    }

    /// What the webhook does with an event about the session as Stripe knows it, or else about one like any.
    func deliver(
        _ session: String, _ update: CheckoutUpdate = .paid, event: String = "evt_1",
        email: String = "buyer@example.com"
    ) async throws {
        let entry = LedgerEntry(
            event: event, type: "checkout.session.completed", apiVersion: nil, createdAt: now, receivedAt: now,
            payload: "{}", source: .delivered)
        try await webhook.apply(
            try stripe.session(session) ?? StripeStub.session(session, email: email), update, from: entry)
    }

    /// An order that was begun by our checkout, its session noted.
    func begin(_ session: String) async throws -> OrderID {
        let order = OrderID(at: now)
        _ = try await owner.run(
            CheckoutStatements.begin(
                order: order, product: "genx-delay", quantity: 1, email: nil, isLive: false, at: now,
                behind: .roomy(at: now)))
        _ = try await owner.run(CheckoutStatements.attach(session: session, to: order))
        return order
    }

    func run(_ sql: SQL) async throws { _ = try await owner.run(Statement<Int>.affected(sql)) }

    func text(_ sql: SQL) async throws -> String {
        try await owner.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }

    func counts() async throws -> Counts { try await Counts(in: owner) }

    /// The keys that the licenses of orders with such a session stand for.
    func keys(of session: String = "%") async throws -> [String] {
        let ids: [LicenseID] = try await owner.run(
            Statement<[LicenseID]>.rows(
                """
                SELECT l.id FROM licenses l JOIN orders o ON o.id = l.order_id
                WHERE o.stripe_session_id LIKE \(session) ORDER BY l.id
                """
            ) { row throws(PostgresFault) in try row.id(0) })
        return try ids.map {
            try settings.keys.key(of: KeyOrigin(license: $0, prefix: "GENX", version: 1, reissues: 0)).revealed()
        }
    }

    /// The key of the only license.
    func key() async throws -> String {
        let keys = try await keys()
        return try #require(keys.count == 1 ? keys.first : nil)
    }

    func close() {
        owner.close()
        pool.close()
    }

    private static func sized(_ size: Int, role: String? = nil) throws -> DatabaseSettings {
        var sized = try testDatabase(as: role, poolSize: size)
        sized.queueLimit = 1_000
        return sized
    }

    private func fillShop() async throws {
        let now = Instant(unixSeconds: 1_795_201_140)
        let (shop, product, release) = (ShopID(at: now), ProductID(at: now), ReleaseID(at: now))
        try await run(
            """
            INSERT INTO shops (id, name, support_email, sender)
            VALUES (\(shop), 'GenX Audio', 'support@genx.example', 'GenX Audio <orders@genx.example>')
            """)
        try await run(
            """
            INSERT INTO products (id, shop_id, slug, name, key_prefix, activation_limit, download_limit, download_days)
            VALUES (\(product), \(shop), 'genx-delay', 'GenX Delay', 'GENX', 3, 2, 7)
            """)
        try await run(
            """
            INSERT INTO prices (id, product_id, stripe_price_id, unit_amount, currency)
            VALUES (\(PriceID(at: now)), \(product), 'price_1', 4900, 'usd')
            """)
        try await run("INSERT INTO releases VALUES (\(release), \(product), '1.2.0', \(now))")
        for (platform, file) in [("macos", "GenX Delay 1.2.0.pkg"), ("windows", "GenX-Delay-1.2.0.exe")] {
            try await run(
                """
                INSERT INTO artifacts VALUES (gen_random_uuid(), \(release), \(platform), \(file),
                    \("genx-delay/1.2.0/\(platform)/\(file)"), 24612345, \([UInt8](repeating: 7, count: 32)))
                """)
        }
    }
}

/// Runs `body` on the event loop with a desk of its own; `environment` replaces settings.
func withOrderDesk<Value: Sendable>(
    poolSize: Int = 4, _ environment: [String: String] = [:],
    _ body: @escaping @Loop @Sendable (OrderDesk) async throws -> Value
) async throws -> Value {
    try await withOpen({ try await OrderDesk(poolSize: poolSize, environment) }, body)
}

/// Settings that open nothing; nobody takes the mails.
let sampleEnvironment: [String: String] = {
    let secret = String(repeating: "A", count: 43) + "="
    return [
        "DATABASE_URL": "postgres://unused@127.0.0.1:1/unused", "PUBLIC_URL": "http://localhost:8080",
        "STRIPE_API_KEY": "sk_test_0123456789", "STRIPE_API_BASE": "http://127.0.0.1:1",
        "LICENSE_SECRETS": "1:\(secret)", "TOKEN_SECRETS": "1:\(secret)", "KEY_PEPPER": secret,
        "SMTP_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "GenX Audio <orders@genx.example>", "MAIL_TEMPLATES": repositoryRoot + "/infra/mail",
    ]
}()

/// Log lines as they would be written.
final class LogKeeper: Sendable {
    private let lines = Mutex("")

    var log: Log {
        Log { [self] line in
            let text = String(
                decoding: line.bytes(
                    at: Instant(unixSeconds: 0), from: LogOrigin("orders"), masking: LogMask(.addresses)), as: UTF8.self
            )
            lines.withLock { $0 += text }
        }
    }

    var text: String { lines.withLock { $0 } }
}

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }
}
