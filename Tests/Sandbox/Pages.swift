import HTTP
import JSON
import Kernel

// The hosted payment page, to which a session's `url` leads.
extension Sandbox {
    /// Handles `GET /pay/{session}` and `POST /pay/{session}/pay|decline|cancel`.
    func pay(_ request: Request) throws(Refusal) -> Response {
        let segments = request.pathSegments
        change { _ in }
        guard segments.count > 1, let session = state.sessions[String(segments[1])] else {
            return page(.notice("There is no such payment", "The link is not complete, or the sandbox was reset."), 404)
        }
        guard segments.count == 3 else {
            try request.requireMethod(.get, .head)
            return show(session, trouble: nil)
        }
        try request.requireMethod(.post)
        let form = try Form(String(decoding: request.body, as: UTF8.self))
        switch segments[2] {
        case "cancel": return cancel(session)
        case "decline": return try decline(session, form)
        case "pay": return try pay(session, form)
        default: throw .notFound
        }
    }

    /// Handles `GET /assets/pay.css`.
    func asset(_ request: Request) throws(Refusal) -> Response {
        guard request.path == "/assets/pay.css" else { throw .notFound }
        return Response(
            status: 200, fields: ["Content-Type": "text/css; charset=utf-8", "Cache-Control": "no-cache"],
            body: PackageResources.pay_css)
    }

    private func pay(_ session: JSONValue, _ form: Form) throws(Refusal) -> Response {
        guard session["status"] == "open" else { return show(session, trouble: nil) }
        guard let method = PaymentMethod(rawValue: form["method"] ?? "card") else {
            throw .malformed(field: "method", reason: "Use \(PaymentMethod.allCases.map(\.rawValue)).")
        }
        guard let buyer = buyer(form) else {
            return show(session, trouble: "Please enter a valid e-mail address.", status: 400)
        }
        let paid = try changing { state throws(StripeError) in
            try state.pay(session["id"].string ?? "", buyer, by: method, cause)
        }
        return success(paid)
    }

    private func decline(_ session: JSONValue, _ form: Form) throws(Refusal) -> Response {
        guard session["status"] == "open" else { return show(session, trouble: nil) }
        guard let buyer = buyer(form) else {
            return show(session, trouble: "Please enter a valid e-mail address.", status: 400)
        }
        try changing { state throws(StripeError) in try state.decline(session["id"].string ?? "", buyer, cause) }
        return show(session, trouble: "Your card was declined.", status: 402)
    }

    private func cancel(_ session: JSONValue) -> Response {
        guard let url = session["cancel_url"].string else { return show(session, trouble: nil) }
        return redirect(url, session)
    }

    /// Returns the page of an open session, or a redirect from a closed one.
    private func show(_ session: JSONValue, trouble: String?, status: Int = 200) -> Response {
        switch session["status"] {
        case "complete": success(session)
        case "expired":
            page(.notice("This payment page has expired", "Go back to the shop and start again.", session), 410)
        default:
            page(.payment(session, state.checkouts[session["id"].string ?? ""]?.lineItems ?? [], trouble), status)
        }
    }

    private func success(_ session: JSONValue) -> Response { redirect(session["success_url"].string ?? "/", session) }

    private func redirect(_ url: String, _ session: JSONValue) -> Response {
        let id = session["id"].string ?? ""
        let parts = url.split(separator: "{CHECKOUT_SESSION_ID}", omittingEmptySubsequences: false)
        return .redirect(to: parts.joined(separator: id), status: 303)
    }

    private func buyer(_ form: Form) -> Buyer? {
        guard let email = EmailAddress(form["email"] ?? "") else { return nil }
        return Buyer(email: email.text, name: String((form["name"] ?? "").prefix(150)))
    }

    /// Returns a page; without `form-action`, which browsers also apply to the redirect back to the shop.
    private func page(_ page: HostedPage, _ status: Int) -> Response {
        var response = Response.page(page.html, status: status)
        response.fields.set(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
        return response
    }

    private func changing<Value>(
        _ body: (inout SandboxState) throws(StripeError) -> Value
    ) throws(Refusal) -> Value {
        do throws(StripeError) { return try change(body) } catch { throw .conflict(reason: error.message) }
    }
}
