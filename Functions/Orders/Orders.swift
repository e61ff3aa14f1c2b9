import Downloads
import Fulfilment
import HTTP
import JSON
import Kernel
import Licensing
import Log
import Orders
import Pages
import Postgres
import RateLimiting
import Settings

/// Shows buyers their orders, sends a lost e-mail again, and corrects a wrong address.
struct Orders: Sendable {
    /// The endpoint of a request.
    enum Endpoint: Equatable, Sendable {
        case resend
        case order(SessionID)
        case correction(SessionID)
        /// The correction form's URL, loaded by someone who reloads what the form returned.
        case correctionForm(SessionID)
    }

    static let router = Router<Endpoint>(
        Route(.post, at: "/orders/resend", to: .resend),
        Route(.get, .head, at: "/orders/{session}", to: Endpoint.order),
        Route(.post, at: "/orders/{session}/email", to: Endpoint.correction),
        Route(.get, .head, at: "/orders/{session}/email", to: Endpoint.correctionForm))

    /// Finds the order of a session.
    var find: OrderFinder
    /// Records a request for an address's e-mails, unless it or the caller is rate-limited.
    ///
    /// Whether the address bought anything is found out later, where no client waits.
    var queue: @Sendable (EmailAddress, _ caller: String, Instant) async throws(PostgresFault) -> RateLimited<Void>
    /// Corrects an order's address within the buyer's limits, and sends its mail there.
    var correctEmail:
        @Sendable (OrderID, EmailAddress, _ network: String, Instant) async throws(OrderChangeFault) -> Void
    var keys: KeyRing
    /// Makes download links.
    var downloadTokens: DownloadTokens
    var publicURL: PublicURL
    /// The number of addresses at the right of `X-Forwarded-For` that are ours.
    var trustedHops: Int
    var log: Log

    /// Returns a page or JSON, as the caller prefers.
    func callAsFunction(_ request: Request) async -> Response {
        let endpoint: Endpoint
        do { endpoint = try Orders.router.endpoint(of: request) } catch { return refuse(request, error) }
        do throws(Refusal) {
            switch endpoint {
            case .resend: return try await resend(request)
            case .order(let session): return try await show(session, request)
            case .correction(let session): return try await correct(session, request)
            case .correctionForm(let session): return .redirect(to: session.path, status: 303)
            }
        } catch {
            return present(
                error, for: request, as: problem(error, at: endpoint), fallback: fallback(request, at: endpoint))
        }
    }

    /// Refuses an unknown path; one with an invalid session is shown as an order that does not exist.
    private func refuse(_ request: Request, _ fault: RoutingFault) -> Response {
        let isOrder = fault.pattern == "/orders/{session}"
        return present(
            fault.refusal, for: request, as: fault.pattern == nil ? nil : orderProblem(fault.refusal),
            fallback: isOrder ? .page : form(of: request))
    }

    private func show(_ session: SessionID, _ request: Request) async throws(Refusal) -> Response {
        let isPage = Preference(request.fields, fallback: .page) == .page
        let (order, verdict) = try await find(session, for: caller(request), at: request.receivedAt)
        switch order {
        case .unpaid:
            return (isPage ? Page.waiting(.unnamed).response() : json(OrderView.unpaidJSON)).telling(verdict)
        case .known(let record):
            let view = view(record, request)
            return (isPage ? view.page(at: session).response() : json(view.json(publicURL))).telling(verdict)
        }
    }

    /// Returns the same response to everyone: rate limit fields would reveal that the address was requested before.
    private func resend(_ request: Request) async throws(Refusal) -> Response {
        try request.refuseOtherSites()
        let form = try AddressForm(request)
        let email = try form.address()
        let answer: RateLimited<Void>
        do { answer = try await queue(email, caller(request), request.receivedAt) } catch {
            log(.error, "a lost e-mail could not be queued", [("reason", .string(error.description))])
            throw error.refusal
        }
        _ = try answer.get()
        log(.info, "a lost e-mail was asked for")
        switch form.preference {
        case .page: return Page.accepted.response()
        case .json: return json(.object([("accepted", true)]))
        }
    }

    /// Returns JSON with the same privacy as a page.
    func json(_ value: JSONValue) -> Response {
        var response = Response.json(value)
        response.fields.set("Referrer-Policy", "no-referrer")
        response.fields.set("X-Robots-Tag", "noindex")
        return response
    }

    /// Returns the order as shown at the time of the request.
    func view(_ record: OrderRecord, _ request: Request) -> OrderView {
        OrderView(record, keys: keys, downloadTokens: downloadTokens, at: request.receivedAt, log: log)
    }

    /// Returns the caller's address, as far as our own proxies vouch for it.
    func caller(_ request: Request) -> String { request.clientAddress(trustedHops: trustedHops) }

    private func fallback(_ request: Request, at endpoint: Endpoint) -> Preference {
        if case .order = endpoint { .page } else { form(of: request) }
    }

    /// Returns the format of the request's body, the default if `Accept` does not decide.
    private func form(of request: Request) -> Preference {
        request.fields["content-type"]?.lowercased().hasPrefix("application/json") == true ? .json : .page
    }
}
