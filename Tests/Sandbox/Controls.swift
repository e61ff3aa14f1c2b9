import EventLoop
import HTTP
import JSON
import Kernel

// Controls that tests and the demo turn. Bodies and answers are JSON; a charge is named by `session`,
// `payment_intent` or `charge`.
//
// | Control | Body | What happens |
// | --- | --- | --- |
// | `GET /sandbox/state` | | counts, the outage, the faults that wait |
// | `POST /sandbox/reset` | | everything is forgotten |
// | `GET /sandbox/deliveries?session=ID` | | every attempt, as `[{event_id, type, status, attempt}]`; status 0: no answer |
// | `POST /sandbox/deliveries/pause` | | the endpoint is out: events stay undelivered |
// | `POST /sandbox/deliveries/resume` | `{drop}` | held events are delivered, with `drop: true` never |
// | `POST /sandbox/redeliver` | `{event_id, copies}` | the event is sent `copies` times at once; answers `{statuses}` |
// | `POST /sandbox/refund` | `{charge, amount, reason}` | money goes back, all of it without `amount` |
// | `POST /sandbox/dispute` | `{charge, amount, reason}` | the buyer's bank opens a dispute |
// | `POST /sandbox/dispute/close` | `{charge or dispute, outcome}` | the dispute ends `won` or `lost` |
// | `POST /sandbox/early-fraud-warning` | `{charge}` | the card's issuer suspects fraud |
// | `POST /sandbox/async` | `{session, outcome}` | a delayed payment will `succeed` or `fail`; as chosen on the page without |
// | `POST /sandbox/expire` | `{session}` | an open session ends unpaid |
// | `POST /sandbox/roll` | `{credential}` | of the `api_key`s or the `webhook_secret`s only the newest, the last, holds |
// | `POST /sandbox/faults` | `{kind, calls, path, ms}` | the next `calls` (1) API calls (of `path`) meet `kind`: `429`, `500`, `hang`, `cut`, `delay` |
extension Sandbox {
    /// Answers a control.
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
        case (.get, "state"): return state
        case (.get, "deliveries"): return try deliveries(request)
        case (.post, "redeliver"): return try await redeliver(try body(request))
        case (.post, _): return try turn(name, try body(request))
        default: throw StripeError(status: 404, message: "There is no such control.")
        }
    }

    private func turn(_ name: String, _ body: JSONValue) throws(StripeError) -> JSONValue {
        switch name {
        case "reset": reset()
        case "deliveries/pause": courier?.pause()
        case "deliveries/resume": courier?.resume(dropping: body["drop"].isTrue)
        case "faults": try plan(body)
        case "roll": try roll(body["credential"].string ?? "")
        default: return try change { world throws(StripeError) in try world.turn(name, body, cause) }
        }
        return state
    }

    private func body(_ request: Request) throws(StripeError) -> JSONValue {
        guard !request.body.isEmpty else { return .object([]) }
        guard let body = JSONValue(json: request.body), case .object = body else {
            throw StripeError(message: "The body must be a JSON object.")
        }
        return body
    }

    private var state: JSONValue {
        .object([
            ("sessions", .integer(Int64(world.sessions.count))), ("charges", .integer(Int64(world.charges.count))),
            ("refunds", .integer(Int64(world.refunds.count))), ("disputes", .integer(Int64(world.disputes.count))),
            ("events", .integer(Int64(world.events.shelf.count))),
            ("undelivered", .integer(Int64(world.events.undelivered))),
            ("attempts", .integer(Int64(world.events.attempts.count))), ("paused", .bool(courier?.isPaused ?? false)),
            ("faults", .array(faults.faults.map(\.json))),
        ])
    }

    private func deliveries(_ request: Request) throws(StripeError) -> JSONValue {
        guard let form = try? Form(request.query) else { throw StripeError(message: "The query is broken.") }
        let session = form["session"]
        return .array(world.events.attempts.filter { session == nil || $0.session == session }.map(\.json))
    }

    private func redeliver(_ body: JSONValue) async throws(StripeError) -> JSONValue {
        guard let event = body["event_id"].string, world.events.event(event) != nil else {
            throw StripeError(status: 404, message: "There is no such event.")
        }
        let copies = body["copies"].integer ?? 1
        guard let courier, (1...100).contains(copies) else {
            throw StripeError(message: "There must be an endpoint, and 1 to 100 copies.")
        }
        let statuses = await courier.redeliver(event, copies: Int(copies))
        return .object([("statuses", .array(statuses.map { .integer(Int64($0)) }))])
    }

    /// Ends every credential of a kind but the newest, as its owner does at Stripe when the new one is in use.
    private func roll(_ credential: String) throws(StripeError) {
        switch credential {
        case "api_key": settings.apiKeys = Array(settings.apiKeys.suffix(1))
        case "webhook_secret": courier?.endOlderSecrets()
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

extension World {
    /// The controls that change what Stripe knows.
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
