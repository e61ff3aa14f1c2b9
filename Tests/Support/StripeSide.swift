package import EventLoop
import HTTP
package import JSON
package import Kernel
import Orders
import Outbound
import Settings
import Stripe
import StripeClient

/// Stripe and the buyers, as the built sandbox plays them.
@Loop
package struct StripeSide {
    /// What becomes of Stripe's events.
    package enum Delivery: CaseIterable, Sendable {
        /// Nobody answers at the endpoint; Stripe counts them as undelivered.
        case fails
        /// There is no endpoint, so that nothing counts as undelivered.
        case isNotAsked
    }

    /// A sale as its buyer made it.
    package struct Sold: Sendable {
        package let order: OrderID
        package let session: String
    }

    package let base: String
    private let stripe: StripeClient
    private let http = HTTPClient()
    private nonisolated static let key = "sk_test_0123456789"

    /// The sandbox's environment, with one price of 49 dollars.
    package nonisolated static func environment(_ delivery: Delivery, webhook: String = "http://127.0.0.1:1/")
        -> [String:
        String]
    {
        [
            "STRIPE_API_KEY": key, "LOG_LEVEL": "notice", "STORAGE_PORT": "0", "STORAGE_FOLDER": "/nowhere",
            "RETRY_LIMIT": "1", "WEBHOOK_URL": delivery == .fails ? webhook : "",
            "WEBHOOK_SECRET": TestSettings.environment["STRIPE_WEBHOOK_SECRETS"] ?? "",
            "SANDBOX_PRICES": #"""
            {"products": [{"slug": "genx-delay", "name": "GenX Delay", "prices": [
              {"id": "price_1", "unit_amount": 4900, "currency": "usd"},
              {"id": "price_of_others", "unit_amount": 100, "currency": "usd"}
            ]}]}
            """#,
        ]
    }

    package init(port: Int) throws {
        base = "http://127.0.0.1:\(port)"
        var read = SettingsReader(["STRIPE_API_KEY": StripeSide.key, "STRIPE_API_BASE": base])
        stripe = StripeClient(StripeSettings(&read))
        try read.finish()
    }

    /// Opens a session as our checkout does, or as another program that uses the same account.
    package func open(quantity: Int = 1, product: String = "genx-delay", price: String = "price_1", isOurs: Bool = true)
        async throws
        -> Sold
    {
        let order = OrderID(at: WallClock.system.now())
        guard let price = StripeID(price) else { throw OutboundFault.refusedByPolicy }
        var session = NewCheckoutSession(
            items: [.init(price: .existing(price), quantity: quantity)], successURL: "http://localhost/thanks",
            cancelURL: "http://localhost/")
        if isOurs {
            session.metadata = SaleMetadata.values(order: order, product: product, quantity: quantity, ordered: nil)
        }
        let opened = try await stripe.send(.create(session, idempotencyKey: order.description))
        return Sold(order: order, session: opened.id.text)
    }

    /// Opens a session and pays it.
    package func sell(quantity: Int = 1, method: String = "card", product: String = "genx-delay") async throws -> Sold {
        let sold = try await open(quantity: quantity, product: product)
        try await pay(sold, method: method)
        return sold
    }

    /// Pays as a buyer on the payment page.
    package func pay(_ sold: Sold, method: String = "card") async throws { try await press("pay", sold, method) }

    /// Tries to pay with a card that is declined.
    package func decline(_ sold: Sold) async throws { try await press("decline", sold, "card") }

    private func press(_ button: String, _ sold: Sold, _ method: String) async throws {
        var form = Form()
        for (name, value) in [("email", "buyer@example.com"), ("name", "Björk"), ("method", method)] {
            form.append(name, value)
        }
        _ = try await http.send(
            HTTPCall(
                .post, "\(base)/pay/\(sold.session)/\(button)",
                fields: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(form.encoded.utf8)))
    }

    /// Turns one of the sandbox's controls.
    package func control(_ name: String, _ members: [(String, JSONValue)] = []) async throws {
        let answer = try await http.send(
            HTTPCall(.post, "\(base)/sandbox/\(name)", body: JSONValue.object(members).utf8))
        guard answer.status == 200 else { throw OutboundFault.refusedByPolicy }
    }

    package func refund(_ sold: Sold, _ amount: Int64? = nil) async throws {
        let part: [(String, JSONValue)] = amount.map { [("amount", .integer($0))] } ?? []
        try await control("refund", [("session", .string(sold.session))] + part)
    }

    package func dispute(_ sold: Sold) async throws {
        try await control("dispute", [("session", .string(sold.session))])
    }

    package func close(_ sold: Sold, _ outcome: String) async throws {
        try await control("dispute/close", [("session", .string(sold.session)), ("outcome", .string(outcome))])
    }

    /// The ID of the newest event of a type.
    package func newestEvent(_ type: String) async throws -> String {
        let answer = try await http.send(
            HTTPCall(.get, "\(base)/v1/events?type=\(type)", fields: ["Authorization": "Bearer \(StripeSide.key)"]))
        let page = try StripeRequest.events(
            in: TimeSlice(from: Instant(unixSeconds: 0), to: Instant(unixSeconds: 1)), undelivered: false
        ).answer(Response(status: answer.status, body: answer.body))
        guard let id = page.elements.first?.id?.text else { throw OutboundFault.refusedByPolicy }
        return id
    }
}
