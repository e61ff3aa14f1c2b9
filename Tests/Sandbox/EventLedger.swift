import JSON
import Kernel

/// The events and the attempts to deliver them.
struct EventLedger: Sendable {
    /// One attempt to deliver an event.
    struct Attempt: Equatable, Sendable {
        let event: String
        let type: String
        let session: String?
        let number: Int
        /// The endpoint's status, 0 without a response.
        let status: Int

        var json: JSONValue {
            .object([
                ("event_id", .string(event)), ("type", .string(type)), ("status", .integer(Int64(status))),
                ("attempt", .integer(Int64(number))),
            ])
        }
    }

    private(set) var store = ObjectStore<JSONValue>()
    private(set) var attempts: [Attempt] = []
    /// The events not yet queued for delivery.
    private var fresh: [String] = []
    private var sessions = ObjectStore<String>()
    /// The number of attempts per event.
    private var counts = ObjectStore<Int>()
    private static let attemptLimit = 100_000

    /// Returns an event's document.
    func event(_ id: String) -> JSONValue? { store[id] }

    /// The number of events that no endpoint has accepted yet.
    var undelivered: Int { store.newestFirst.count { $0["pending_webhooks"] != 0 } }

    /// Returns the events to be delivered, once.
    mutating func takeFresh() -> [String] {
        let taken = fresh
        fresh = []
        return taken
    }

    /// Records the result of an attempt.
    mutating func record(_ id: String, status: Int) {
        guard let event = store[id] else { return }
        let number = (counts[id] ?? 0) + 1
        counts[id] = number
        if attempts.count >= EventLedger.attemptLimit { attempts.removeFirst(EventLedger.attemptLimit / 10) }
        attempts.append(
            Attempt(
                event: id, type: event["type"].string ?? "", session: sessions[id], number: number, status: status))
        if (200..<300).contains(status) { store[id] = event.setting([("pending_webhooks", 0)]) }
    }

    /// Adds a new event.
    mutating func add(_ event: JSONValue, session: String?) {
        guard let id = event["id"].string else { return }
        store[id] = event
        sessions[id] = session
        fresh.append(id)
    }

    /// Returns Stripe's event envelope around a snapshot of `object`.
    static func event(
        _ type: String, _ object: JSONValue, previous: JSONValue, hasEndpoint: Bool, _ cause: SandboxState.Cause
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

/// The API version that objects are rendered in.
let apiVersion = "2026-07-29.dahlia"
