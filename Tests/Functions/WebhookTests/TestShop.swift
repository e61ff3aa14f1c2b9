import Catalog
import EventLoop
import Fulfilment
import HTTP
import Kernel
import Log
import OrderMails
import Postgres
import Stripe
import StripeClient
import Support

@testable import WebhookFunction

/// The live webhook over a database of its own, and a view of what it wrote.
@Loop
struct TestShop: Closable {
    let webhook: Webhook
    let log: CapturedLog
    let pool: Pool
    private let fixture: Fixture

    /// A shop whose settings are partly its `own`; with `stripeTime` it waits no longer than that for Stripe.
    init(
        poolSize: Int = 4, smtp: String? = nil, _ own: [String: String] = [:], stripeTime: Duration? = nil
    ) async throws {
        fixture = try await Fixture(poolSize: poolSize)
        pool = fixture.pool
        log = CapturedLog()
        var environment = TestSettings.environment.merging(own) { $1 }
        if let smtp { environment["SMTP_URL"] = smtp }
        let settings = try WebhookSettings(environment)
        var webhook = Webhook(settings, pool, log.log)
        if let stripeTime {
            let catalog = CatalogCache(pool)
            let mails = MailService(
                settings.mail, keys: settings.keys, pool: pool, catalog: catalog, log: log.log,
                attemptTime: .seconds(8))
            let processor = EventProcessor(
                pool: pool, catalog: catalog,
                stripe: StripeClient(settings.stripe, totalTimeout: stripeTime), keys: settings.keys,
                mails: mails, isLive: false, actor: "function:webhook", log: log.log)
            webhook.process = { event, entry throws(FulfilmentFault) in try await processor.process(event, entry) }
        }
        self.webhook = webhook
    }

    /// Delivers `body` as Stripe would.
    func deliver(_ body: String) async throws(Refusal) -> Response {
        try await webhook(Forgery.none(body, at: WallClock.system.now()))
    }

    func counts() async throws -> Counts { try await fixture.counts() }

    /// Puts another product into the catalog.
    func addProduct() async throws { try await fixture.addProduct(ProductID(at: fixture.now)) }

    func run(_ sql: SQL) async throws { _ = try await pool.run(Statement<Int>.affected(sql)) }

    func text(_ sql: SQL) async throws -> String {
        try await pool.run(Statement<String>.row(sql) { row throws(PostgresFault) in try row.text(0) })
    }

    func close() { pool.close() }
}

/// Runs `body` on the event loop with a shop of its own.
func withShop(
    poolSize: Int = 4, smtp: String? = nil, _ own: [String: String] = [:],
    _ body: @escaping @Loop @Sendable (TestShop) async throws -> Void
) async throws {
    try await withOpen({ try await TestShop(poolSize: poolSize, smtp: smtp, own) }, body)
}

/// The refusal that `body` ends with; `nil` when it ends with an answer.
@Loop
func refusal(_ body: @Loop () async throws -> Response) async -> Refusal? {
    do {
        _ = try await body()
        return nil
    } catch { return error as? Refusal }
}

/// A way in which a delivery may be not Stripe's.
enum Forgery: CaseIterable, Sendable {
    case unsigned, otherSecret, otherBody, stale, future, empty

    static let secret = Secret("whsec_test_0123456789abcdef")

    /// A delivery that is Stripe's.
    static func none(_ body: String, at instant: Instant) -> Request {
        request(body, WebhookSignature.sign(Array(body.utf8), secret: secret, at: instant))
    }

    func request(_ body: String, from caller: String? = nil, at instant: Instant? = nil) -> Request {
        var request = request(body)
        if let caller { request.fields.append("X-Forwarded-For", caller) }
        if let instant { request.receivedAt = instant }
        return request
    }

    private func request(_ body: String) -> Request {
        let now = WallClock.system.now()
        let bytes = Array(body.utf8)
        let header =
            switch self {
            case .unsigned: ""
            case .otherSecret: WebhookSignature.sign(bytes, secret: Secret("whsec_another_secret_000"), at: now)
            case .otherBody: WebhookSignature.sign(bytes + [32], secret: Forgery.secret, at: now)
            case .stale: WebhookSignature.sign(bytes, secret: Forgery.secret, at: now - .seconds(310))
            case .future: WebhookSignature.sign(bytes, secret: Forgery.secret, at: now + .seconds(310))
            case .empty: "t=,v1="
            }
        return Forgery.request(body, header)
    }

    private static func request(_ body: String, _ header: String) -> Request {
        Request(
            method: .post, path: "/webhooks/stripe", fields: header.isEmpty ? [:] : ["Stripe-Signature": header],
            body: Array(body.utf8))
    }
}

/// A session's items, two of each price.
func lineItems(_ prices: String...) -> String {
    let items = prices.map { #"{"id":"li_1","object":"item","price":{"id":"\#($0)"},"quantity":2}"# }
    return #"{"data":[\#(items.joined(separator: ","))],"has_more":false}"#
}
