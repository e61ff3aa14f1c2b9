import JSON
import Kernel

/// The events that happened and what became of their delivery.
struct EventLedger: Sendable {
    /// One attempt at a delivery.
    struct Attempt: Equatable, Sendable {
        let event: String
        let type: String
        let session: String?
        let number: Int
        /// The endpoint's status, 0 when it did not answer.
        let status: Int

        var json: JSONValue {
            .object([
                ("event_id", .string(event)), ("type", .string(type)), ("status", .integer(Int64(status))),
                ("attempt", .integer(Int64(number))),
            ])
        }
    }

    private(set) var shelf = Shelf<JSONValue>()
    private(set) var attempts: [Attempt] = []
    /// The events that nobody has taken up for delivery yet.
    private var fresh: [String] = []
    private var sessions = Shelf<String>()
    /// How many attempts each event has had.
    private var counts = Shelf<Int>()
    private static let attemptLimit = 100_000

    /// The event's document.
    func event(_ id: String) -> JSONValue? { shelf[id] }

    /// The events no endpoint has accepted yet.
    var undelivered: Int { shelf.newestFirst.count { $0["pending_webhooks"] != 0 } }

    /// Hands over the events to be delivered, once.
    mutating func takeFresh() -> [String] {
        let taken = fresh
        fresh = []
        return taken
    }

    /// Notes what an attempt came to.
    mutating func record(_ id: String, status: Int) {
        guard let event = shelf[id] else { return }
        let number = (counts[id] ?? 0) + 1
        counts[id] = number
        if attempts.count >= EventLedger.attemptLimit { attempts.removeFirst(EventLedger.attemptLimit / 10) }
        attempts.append(
            Attempt(
                event: id, type: event["type"].string ?? "", session: sessions[id], number: number, status: status))
        if (200..<300).contains(status) { shelf[id] = event.setting([("pending_webhooks", 0)]) }
    }

    /// Keeps a new event.
    mutating func add(_ event: JSONValue, session: String?) {
        guard let id = event["id"].string else { return }
        shelf[id] = event
        sessions[id] = session
        fresh.append(id)
    }

    /// Stripe's envelope around a snapshot of `object`.
    static func event(
        _ type: String, _ object: JSONValue, previous: JSONValue, hasEndpoint: Bool, _ cause: World.Cause
    ) -> JSONValue {
        var data: [(String, JSONValue)] = [("object", object)]
        if !previous.isNull { data.append(("previous_attributes", previous)) }
        let request: JSONValue = .object([
            ("id", .optional(cause.requestID)), ("idempotency_key", .optional(cause.idempotencyKey)),
        ])
        return Templates.object("event").setting([
            ("id", .string(StripeID.make("evt_"))), ("api_version", .string(apiVersion)),
            ("created", .integer(cause.now.unixSeconds)), ("data", .object(data)),
            ("pending_webhooks", hasEndpoint ? 1 : 0), ("request", request), ("type", .string(type)),
        ])
    }
}

/// The version of Stripe's API that objects are shaped after.
let apiVersion = "2026-07-29.dahlia"
