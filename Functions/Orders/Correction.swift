import Fulfilment
import HTTP
import JSON
import Kernel
import Log
import Orders
import Pages
import Postgres

extension Orders {
    /// Corrects the address of a session's order; returns the order's page to people, its JSON to programs.
    ///
    /// The session in the path is the only credential, as it is for the page. It is Stripe's, too long to guess, and
    /// browsers do not add it by themselves as they would a cookie, so another site's page cannot submit this form
    /// without knowing the URL that shows the keys anyway. `Sec-Fetch-Site` is heeded all the same; `Origin` is not,
    /// since it is `null` for a page that sends no referrer, as the order's page does.
    func correct(_ session: SessionID, _ request: Request) async throws(Refusal) -> Response {
        if request.fields["sec-fetch-site"] != nil { try request.refuseOtherSites() }
        let form = try AddressForm(request)
        let (order, verdict) = try await find(session, for: caller(request), at: request.receivedAt)
        guard case .known(let record) = order else { throw .conflict(reason: Correction.refused) }
        let view = view(record, request)
        guard view.correctableUntil != nil else { throw .conflict(reason: Correction.refused) }
        let email: EmailAddress
        do throws(Refusal) { email = try form.sendableAddress() } catch {
            guard form.preference == .page else { throw error }
            return view.page(at: session, refused: form.text).response(status: error.problem.status).telling(verdict)
        }
        try await put(email, on: record.order, request)
        switch form.preference {
        case .page: return .redirect(to: session.path, status: 303).telling(verdict)
        case .json:
            let changed = try await find.again(session, at: request.receivedAt)
            return json(self.view(changed, request).json(publicURL)).telling(verdict)
        }
    }

    private func put(_ email: EmailAddress, on order: OrderID, _ request: Request) async throws(Refusal) {
        let network = IPAddress(caller(request))?.network ?? "unknown"
        let field = ("order", JSONValue.string(order.description))
        do {
            try await correctEmail(order, email, network, request.receivedAt)
            log(.notice, "an order's address was corrected", [field])
        } catch .database(let fault) {
            log(.error, "an address could not be corrected", [field, ("reason", .string(fault.description))])
            throw fault.refusal
        } catch {
            log(.info, "an address was not corrected", [field])
            throw .conflict(reason: Correction.refused)
        }
    }
}

/// The text about a wrong address.
enum Correction {
    /// Why nothing was changed, the same for every reason.
    static let refused =
        "An address can be changed for one hour after the payment and three times at most, and only "
        + "while the order's license works."
}
