import HTTP
import JSON
import Kernel
import Log
import Orders
import Pages
import Postgres
import RateLimiting
import Settings
import Stripe
import StripeClient

/// Opens a payment page for a buyer: inserts the pending order, creates the Checkout session, redirects the buyer to
/// it.
struct Checkout: Sendable {
    /// Inserts the pending order unless the caller at this address is rate-limited; no terms if the product is not for
    /// sale.
    var begin:
        @Sendable (OrderID, CheckoutRequest, _ caller: String, Instant) async throws(PostgresFault)
            -> RateLimited<CheckoutTerms?>
    /// Creates the session.
    var open: @Sendable (NewCheckoutSession, _ idempotencyKey: String) async throws(StripeCallFault) -> CheckoutSession
    /// Records the order's session.
    var attach: @Sendable (StripeID, OrderID) async throws(PostgresFault) -> Void
    /// Records that the order will have none.
    var abandon: @Sendable (OrderID) async throws(PostgresFault) -> Void
    var publicURL: PublicURL
    /// The number of addresses at the right of `X-Forwarded-For` that are ours.
    var trustedHops: Int
    /// The payment pages to which buyers may be redirected.
    var paymentPages: PaymentPages
    var log: Log

    /// Responds to a form with a redirect or a page, and to JSON with JSON.
    func callAsFunction(_ request: Request) async -> Response {
        do throws(Refusal) {
            guard request.path == "/checkout" else { throw .notFound }
            try request.requireMethod(.post)
            try request.refuseOtherSites()
            let kind = try CheckoutRequest.kind(of: request)
            do throws(Refusal) {
                let input = try CheckoutRequest(request, kind)
                let (session, verdict) = try await open(input, for: request.clientAddress(trustedHops: trustedHops))
                return answer(session, kind, verdict)
            } catch {
                return refuse(error, request, kind == .json ? .json : .page)
            }
        } catch {
            return refuse(error, request, .page)
        }
    }

    private func open(
        _ input: CheckoutRequest, for caller: String
    ) async throws(Refusal) -> (CheckoutSession, RateLimitVerdict) {
        let now = WallClock.system.now()
        let order = OrderID(at: now)
        let begun: RateLimited<CheckoutTerms?>
        do { begun = try await begin(order, input, caller, now) } catch {
            log(.error, "checkout: the order could not be written", [("reason", .string(error.description))])
            throw error.refusal
        }
        let (terms, verdict) = try begun.get()
        guard let terms else { throw .malformed(field: "product", reason: "There is no such product for sale.") }
        let session = try await createSession(order, input, terms)
        do { try await attach(session.id, order) } catch {
            // The session names its order, so the sale is safe; only the order's reference to the session is missing.
            log(
                .warning, "checkout: the session could not be noted",
                [("order", .id(order)), ("reason", .string(error.description))])
        }
        log(
            .info, "checkout opened",
            [("order", .id(order)), ("quantity", .integer(Int64(input.quantity)))])
        return (session, verdict)
    }

    private func createSession(
        _ order: OrderID, _ input: CheckoutRequest, _ terms: CheckoutTerms
    ) async throws(Refusal) -> CheckoutSession {
        guard let session = newSession(order, input, terms) else {
            log(.error, "checkout: the price's ID is none of Stripe's")
            throw .failed
        }
        do {
            return try await open(session, "checkout-\(order)")
        } catch {
            // Stripe's rules for addresses are stricter than ours; anybody may enter one that it refuses.
            let isAddress = error.refusedParameter == "customer_email"
            log(
                isAddress ? .notice : .error, "checkout: no session",
                [("order", .id(order)), ("reason", .string(error.description))])
            do { try await abandon(order) } catch {
                log(
                    .warning, "checkout: the order stays pending",
                    [("order", .id(order)), ("reason", .string(error.description))])
            }
            if isAddress { throw .malformed(field: "email", reason: "Give an e-mail address that can receive mail.") }
            throw error.refusal
        }
    }

    private func newSession(_ order: OrderID, _ input: CheckoutRequest, _ terms: CheckoutTerms) -> NewCheckoutSession? {
        guard let price = StripeID(terms.stripePriceID) else { return nil }
        var session = NewCheckoutSession(
            items: [.init(price: .existing(price), quantity: input.quantity)],
            successURL: publicURL.link("/orders/{CHECKOUT_SESSION_ID}"),
            cancelURL: publicURL.link("/cancel"))
        session.clientReferenceID = order.description
        session.metadata = SaleMetadata.values(
            order: order, product: input.product, quantity: input.quantity,
            ordered: terms.unitPrice.times(input.quantity))
        session.customerEmail = input.email?.text
        session.allowsPromotionCodes = terms.allowsPromotionCodes
        session.calculatesTax = terms.calculatesTax
        session.requiresTermsOfService = terms.requiresTermsOfService
        session.createsInvoice = terms.createsInvoice
        return session
    }

    /// Redirects without rate limit fields: a client that reads them might wait before following the redirect.
    private func answer(
        _ session: CheckoutSession, _ kind: CheckoutRequest.Kind, _ verdict: RateLimitVerdict
    ) -> Response {
        guard let url = session.url else {
            log(.error, "checkout: a new session has no URL")
            return Refusal.badGateway.response
        }
        guard paymentPages.contain(url) else {
            log(.error, "checkout: a new session's page is not below STRIPE_CHECKOUT_BASE")
            return Refusal.badGateway.response
        }
        switch kind {
        case .form: return .redirect(to: url, status: 303)
        case .json:
            return .json(.object([("url", .string(url)), ("session_id", .string(session.id.text))])).telling(verdict)
        }
    }

    private func refuse(_ refusal: Refusal, _ request: Request, _ fallback: Preference) -> Response {
        if case .malformed(let field, _) = refusal {
            log(.notice, "checkout refused", [("field", .string(field))])
        }
        return present(refusal, for: request, as: page(refusal), fallback: fallback)
    }

    /// Returns the page for a buyer who pressed Buy and could not pay.
    private func page(_ refusal: Refusal) -> ProblemPage? {
        switch refusal {
        case .malformed(_, let reason):
            ProblemPage(
                heading: "Please check your order",
                explanation: "\(reason) Nothing was ordered and nothing was charged.",
                actions: [.home, .support])
        case .tooManyRequests(let verdict):
            ProblemPage(
                heading: "That was too often in a short time",
                explanation: "Nothing was ordered and nothing was charged. Please wait \(ProblemPage.wait(verdict)), "
                    + "then press Buy again.",
                actions: [.home, .support])
        case .unavailable, .badGateway, .failed:
            ProblemPage(
                heading: "The payment page could not be opened",
                explanation: "Nothing was charged. Please try again in a minute; if it happens again, tell us.",
                actions: [.home, .support])
        default: nil
        }
    }
}
