import Downloads
import HTTP
import Kernel
import Licensing
import Log
import Orders
import Pages
import Postgres
import RateLimiting
import Settings

/// Shows buyers their orders, has a lost e-mail sent again, and puts a wrong address right.
struct Orders: Sendable {
    static let routes = ["/orders/resend", "/orders/{session}", "/orders/{session}/email"]

    /// Finds the order of a session.
    var find: OrderFinder
    /// Notes that an address asks for its e-mails, unless it or the caller came too often; whether it bought anything is
    /// found out later, where nobody waits.
    var queue: @Sendable (EmailAddress, _ caller: String, Instant) async throws(PostgresFault) -> RateLimited<Void>
    /// Puts an order's address right and sends its mail there, if that may be; answers whether it did.
    var correctEmail: @Sendable (OrderID, EmailAddress, _ network: String, Instant) async throws(PostgresFault) -> Bool
    var keys: KeyRing
    /// What makes download links.
    var downloadTokens: DownloadTokens
    var publicURL: PublicURL
    /// How many addresses at the right of `X-Forwarded-For` are ours.
    var trustedHops: Int
    var log: Log

    /// What a path leads to.
    enum Door: Equatable, Sendable {
        case resend
        case order(Substring)
        case address(Substring)

        init?(_ request: Request) {
            let path = request.pathSegments
            guard path.first == "orders" else { return nil }
            switch path.count {
            case 2: self = path[1] == "resend" ? .resend : .order(path[1])
            case 3 where path[2] == "email": self = .address(path[1])
            default: return nil
            }
        }
    }

    /// Answers with a page or JSON, as the caller prefers.
    func callAsFunction(_ request: Request) async -> Response {
        guard let door = Door(request) else { return present(.notFound, for: request) }
        do throws(Refusal) {
            switch door {
            case .resend: return try await resend(request)
            case .order(let session): return try await show(session, request)
            case .address(let session): return try await correct(session, request)
            }
        } catch {
            return present(error, for: request, as: problem(error, at: door), fallback: fallback(request, at: door))
        }
    }

    private func show(_ session: Substring, _ request: Request) async throws(Refusal) -> Response {
        try request.requireMethod(.get, .head)
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

    /// The same answer to everybody: what is left of the limits would tell that others asked for the address.
    private func resend(_ request: Request) async throws(Refusal) -> Response {
        try request.requireMethod(.post)
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

    /// JSON that is as private as a page.
    func json(_ value: JSONValue) -> Response {
        var response = Response.json(value)
        response.fields.set("Referrer-Policy", "no-referrer")
        response.fields.set("X-Robots-Tag", "noindex")
        return response
    }

    /// The order as it is shown at the time of the request.
    func view(_ record: OrderRecord, _ request: Request) -> OrderView {
        OrderView(record, keys: keys, downloadTokens: downloadTokens, at: request.receivedAt, log: log)
    }

    /// The caller's address, as far as our own proxies vouch for it.
    func caller(_ request: Request) -> String { request.clientAddress(trustedHops: trustedHops) }

    private func fallback(_ request: Request, at door: Door) -> Preference {
        if case .order = door { return .page }
        return request.fields["content-type"]?.lowercased().hasPrefix("application/json") == true ? .json : .page
    }
}
