import Crypto
import EventLoop
import HTTP
import JSON
import Kernel

// Stripe's API: authentication, idempotency, planned faults, and then the endpoint.
extension Sandbox {
    /// The response to one call, before it is serialized.
    private struct Outcome {
        var status: Int
        var body: String
        var fields: Fields = [:]
        var isCut = false

        init(_ status: Int, _ body: String) {
            self.status = status
            self.body = body
        }

        init(_ error: StripeError) { self.init(error.status, error.json.pretty + "\n") }
    }

    /// Handles a call of the API.
    func api(_ request: Request) async -> Response {
        let requestID = StripeID.make("req_", length: 14, beginning: "")
        var outcome: Outcome
        do throws(StripeError) {
            try authenticate(request)
            outcome = await answerOnce(request, requestID)
        } catch {
            outcome = Outcome(error)
        }
        outcome.fields.append("Request-Id", requestID)
        if let version = request.fields["stripe-version"] { outcome.fields.append("Stripe-Version", version) }
        return response(outcome)
    }

    private func response(_ outcome: Outcome) -> Response {
        var response = Response(
            status: outcome.status,
            fields: ["Content-Type": "application/json", "Cache-Control": "no-cache, no-store"],
            body: Array(outcome.body.utf8))
        for line in outcome.fields.lines { response.fields.append(line.name, line.value) }
        if outcome.isCut {
            response.fields.set("Content-Length", String(response.body.count))
            response.body.removeLast(response.body.count / 2)
        }
        return response
    }

    /// Checks the key in `Authorization`, as a bearer token or as a user name without password.
    private func authenticate(_ request: Request) throws(StripeError) {
        let credentials = Credentials(request.fields)
        var key = credentials?.bearer.map(String.init) ?? ""
        if let text = credentials?.content(of: "Basic"), let pair = Base64.decode(String(text)) {
            key = String(decoding: pair, as: UTF8.self).split(separator: ":").first.map(String.init) ?? ""
        }
        guard !key.isEmpty else {
            throw StripeError(
                status: 401,
                message: "You did not provide an API key. You need to provide your API key in the Authorization "
                    + "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').")
        }
        guard settings.apiKeys.contains(where: { ConstantTime.equal(Array(key.utf8), Array($0.revealed().utf8)) })
        else {
            throw StripeError(status: 401, message: "Invalid API Key provided: \(key.prefix(8))****")
        }
    }

    /// Returns the first response again for a repeated `Idempotency-Key`.
    private func answerOnce(_ request: Request, _ requestID: String) async -> Outcome {
        guard request.method == .post, let key = request.fields["idempotency-key"] else {
            return await meetFault(request, requestID, key: nil)
        }
        var outcome: Outcome
        switch idempotency.begin(key, endpoint: request.path, parameters: request.body) {
        case .first: outcome = await meetFault(request, requestID, key: key)
        case .refused(let error):
            outcome = Outcome(error)
            if error.status == 409 { outcome.fields.append("Stripe-Should-Retry", "true") }
        case .repeated(let answer):
            outcome = Outcome(answer.status, answer.body)
            outcome.fields.append("Idempotent-Replayed", "true")
            outcome.fields.append("Original-Request", answer.requestID)
        }
        outcome.fields.append("Idempotency-Key", key)
        return outcome
    }

    private func meetFault(_ request: Request, _ requestID: String, key: String?) async -> Outcome {
        let fault = faults.take(request.path)
        if let refusal = fault?.refusal {
            if let key { idempotency.abandon(key) }
            return Outcome(refusal)
        }
        if let fault, fault.kind == .delay { await wait(fault.milliseconds) }
        var outcome = run(request, requestID, key: key)
        if let fault, fault.kind == .hang { await wait(fault.milliseconds) }
        outcome.isCut = fault?.kind == .cut
        return outcome
    }

    /// Runs the endpoint; stores a successful response for repeats, and forgets the call after an error.
    private func run(_ request: Request, _ requestID: String, key: String?) -> Outcome {
        let cause = SandboxState.Cause(now: clock.now(), requestID: requestID, idempotencyKey: key)
        do throws(StripeError) {
            let answer = try call(request, cause).pretty + "\n"
            if let key { idempotency.finish(key, .init(status: 200, body: answer, requestID: requestID)) }
            return Outcome(200, answer)
        } catch {
            if let key { idempotency.abandon(key) }
            return Outcome(error)
        }
    }

    private func call(_ request: Request, _ cause: SandboxState.Cause) throws(StripeError) -> JSONValue {
        let segments = request.pathSegments
        for route in apiRoutes {
            guard let id = route.id(request.method, segments) else { continue }
            let parameters = try Parameters(form(request), allowing: route.allowed)
            let call = APICall(id: id, parameters: parameters, cause: cause)
            let answer = try change { state throws(StripeError) in try route.run(&state, call) }
            return try state.expand(answer, parameters)
        }
        throw StripeError(
            status: 404,
            message: "Unrecognized request URL (\(request.method.rawValue): \(request.path)). "
                + "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.")
    }

    private func form(_ request: Request) throws(StripeError) -> Form {
        do throws(Refusal) {
            return try Form(request.method == .get ? request.query : String(decoding: request.body, as: UTF8.self))
        } catch {
            throw StripeError(message: "Invalid request body or query.")
        }
    }

    /// Waits; cancelling the task ends the wait.
    private func wait(_ milliseconds: Int) async {
        do throws(CancellationError) {
            try await Loop.sleep(for: .milliseconds(milliseconds))
        } catch {
            // The caller is gone.
        }
    }
}
