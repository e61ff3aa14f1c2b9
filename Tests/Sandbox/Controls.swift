import EventLoop
import HTTP
import JSON
import Kernel

// The control API for tests and the demo. Bodies and responses are JSON; a charge is named by `session`,
// `payment_intent` or `charge`.
//
// | Control | Body | What happens |
// | --- | --- | --- |
// | `GET /sandbox/state` | | returns the counters, the outage and the pending faults |
// | `POST /sandbox/reset` | | forgets everything |
// | `GET /sandbox/deliveries?session=ID` | | returns every attempt, as `[{event_id, type, status, attempt}]`; status 0: no response |
// | `POST /sandbox/deliveries/pause` | | starts an outage of the endpoint: events stay undelivered |
// | `POST /sandbox/deliveries/resume` | `{drop}` | delivers the held events; with `drop: true` drops them |
// | `POST /sandbox/redeliver` | `{event_id, copies}` | sends the event `copies` times at once; returns `{statuses}` |
// | `POST /sandbox/refund` | `{charge, amount, reason}` | refunds `amount`, or all that is left |
// | `POST /sandbox/dispute` | `{charge, amount, reason}` | opens a dispute by the buyer's bank |
// | `POST /sandbox/dispute/close` | `{charge or dispute, outcome}` | closes the dispute as `won` or `lost` |
// | `POST /sandbox/early-fraud-warning` | `{charge}` | the card's issuer suspects fraud |
// | `POST /sandbox/async` | `{session, outcome}` | a delayed payment will `succeed` or `fail`; without `outcome` as chosen on the page |
// | `POST /sandbox/expire` | `{session}` | expires an open session |
// | `POST /sandbox/roll` | `{credential}` | revokes all `api_key`s or `webhook_secret`s but the newest, which is the last |
// | `POST /sandbox/faults` | `{kind, calls, path, ms}` | the next `calls` (1) API calls (of `path`) meet `kind`: `429`, `500`, `hang`, `cut`, `delay` |
extension Sandbox {
    /// Handles a control request.
    func control(_ request: Request) async -> Response {
        do throws(StripeError) {
            return .json(try await turn(request))
        } catch {
            return .json(.object([("error", .string(error.message))]), status: error.status)
        }
    }

    private func turn(_ request: Request) async throws(StripeError) -> JSONValue {
        let name = request.pathSegments.dropFirst().joined(separator: "/")
        switch (request.method, name) {
        case (.get, "state"): return summary
        case (.get, "deliveries"): return try deliveries(request)
        case (.post, "redeliver"): return try await redeliver(try body(request))
        case (.post, _): return try turn(name, try body(request))
        default: throw StripeError(status: 404, message: "There is no such control.")
        }
    }

    private func turn(_ name: String, _ body: JSONValue) throws(StripeError) -> JSONValue {
        switch name {
        case "reset": reset()
        case "deliveries/pause": dispatcher?.pause()
        case "deliveries/resume": dispatcher?.resume(dropping: body["drop"].isTrue)
        case "faults": try plan(body)
        case "roll": try roll(body["credential"].string ?? "")
        default: return try change { state throws(StripeError) in try state.turn(name, body, cause) }
        }
        return summary
    }

    private func body(_ request: Request) throws(StripeError) -> JSONValue {
        guard !request.body.isEmpty else { return .object([]) }
        guard let body = JSONValue(json: request.body), case .object = body else {
            throw StripeError(message: "The body must be a JSON object.")
        }
        return body
    }

    private var summary: JSONValue {
        .object([
            ("sessions", .integer(Int64(state.sessions.count))), ("charges", .integer(Int64(state.charges.count))),
            ("refunds", .integer(Int64(state.refunds.count))), ("disputes", .integer(Int64(state.disputes.count))),
            ("events", .integer(Int64(state.events.store.count))),
            ("undelivered", .integer(Int64(state.events.undelivered))),
            ("attempts", .integer(Int64(state.events.attempts.count))),
            ("paused", .bool(dispatcher?.isPaused ?? false)),
            ("faults", .array(faults.faults.map(\.json))),
        ])
    }

    private func deliveries(_ request: Request) throws(StripeError) -> JSONValue {
        guard let form = try? Form(request.query) else { throw StripeError(message: "The query is broken.") }
        let session = form["session"]
        return .array(state.events.attempts.filter { session == nil || $0.session == session }.map(\.json))
    }

    private func redeliver(_ body: JSONValue) async throws(StripeError) -> JSONValue {
        guard let event = body["event_id"].string, state.events.event(event) != nil else {
            throw StripeError(status: 404, message: "There is no such event.")
        }
        let copies = body["copies"].integer ?? 1
        guard let dispatcher, (1...100).contains(copies) else {
            throw StripeError(message: "There must be an endpoint, and 1 to 100 copies.")
        }
        let statuses = await dispatcher.redeliver(event, copies: Int(copies))
        return .object([("statuses", .array(statuses.map { .integer(Int64($0)) }))])
    }

    /// Revokes all credentials of a kind but the newest, as the seller does at Stripe once the new one is in use.
    private func roll(_ credential: String) throws(StripeError) {
        switch credential {
        case "api_key": settings.apiKeys = Array(settings.apiKeys.suffix(1))
        case "webhook_secret": dispatcher?.endOlderSecrets()
        default: throw StripeError(message: "The credential is api_key or webhook_secret.")
        }
    }

    private func plan(_ body: JSONValue) throws(StripeError) {
        let name = body["kind"].string ?? body["kind"].integer.map(String.init) ?? ""
        let calls = body["calls"].integer ?? 1
        let milliseconds = body["ms"].integer ?? (name == "hang" ? 60_000 : 1_000)
        guard let kind = Fault.Kind(rawValue: name), (1...10_000).contains(calls), (0...600_000).contains(milliseconds)
        else {
            throw StripeError(
                message: "kind is one of 429, 500, hang, cut, delay; calls 1 to 10000; ms 0 to 600000.")
        }
        faults.add(
            Fault(kind: kind, calls: Int(calls), path: body["path"].string ?? "", milliseconds: Int(milliseconds)))
    }
}

extension SandboxState {
    /// Handles the controls that change Stripe's state.
    fileprivate mutating func turn(_ name: String, _ body: JSONValue, _ cause: Cause) throws(StripeError) -> JSONValue {
        let session = body["session"].string ?? ""
        switch name {
        case "refund":
            return try refund(
                try named(body), amount: body["amount"].integer, reason: body["reason"].string, cause)
        case "dispute":
            return try openDispute(
                try named(body), amount: body["amount"].integer, reason: body["reason"].string ?? "fraudulent", cause)
        case "dispute/close":
            let dispute = body["dispute"].string
            let id = dispute == nil ? try named(body)["id"].string : dispute
            return try closeDispute(id ?? "", isWon: try isGood(body, "won", "lost") ?? false, cause)
        case "early-fraud-warning": return warnOfFraud(try named(body), cause)
        case "async": return try settle(session, succeeds: try isGood(body, "succeed", "fail"), cause)
        case "expire": return try expireSession(session, cause)
        default: throw StripeError(status: 404, message: "There is no such control.")
        }
    }

    private func named(_ body: JSONValue) throws(StripeError) -> JSONValue {
        let id = body["charge"].string ?? body["payment_intent"].string ?? body["session"].string ?? ""
        guard let charge = charge(id) else {
            throw StripeError(status: 404, message: "There is no charge for '\(id)'.")
        }
        return charge
    }

    private func isGood(_ body: JSONValue, _ good: String, _ bad: String) throws(StripeError) -> Bool? {
        switch body["outcome"].string {
        case nil: return nil
        case good: return true
        case bad: return false
        default: throw StripeError(message: "The outcome is \(good) or \(bad).")
        }
    }
}
