import JSON
import Kernel

/// The state of the stand-in for Stripe; a value, changed by plain functions.
struct SandboxState: Sendable {
    /// The part of a session's state that Stripe does not show.
    struct Checkout: Sendable {
        var lineItems: [JSONValue]
        var intentMetadata: JSONValue
        var intentDescription: String?
        /// The method chosen on the payment page, once a payment was attempted.
        var method: PaymentMethod?
    }

    /// The cause of a change: its time and the API request, if any.
    struct Cause: Sendable {
        var now: Instant
        var requestID: String?
        var idempotencyKey: String?
    }

    let catalog: Catalog
    let publicBase: String
    /// The endpoint that events go to.
    let endpoint: String?
    /// Whether events have an endpoint to go to.
    var hasEndpoint: Bool { endpoint != nil }

    var sessions = ObjectStore<JSONValue>()
    var checkouts = ObjectStore<Checkout>()
    /// Session IDs by payment intent.
    var sessionOfIntent = ObjectStore<String>()
    var intents = ObjectStore<JSONValue>()
    var charges = ObjectStore<JSONValue>()
    var refunds = ObjectStore<JSONValue>()
    var disputes = ObjectStore<JSONValue>()
    var events = EventLedger()
    /// The earliest time, in Unix seconds, at which an open session can expire.
    var earliestExpiry: Int64?

    init(catalog: Catalog, publicBase: String, endpoint: String?) {
        self.catalog = catalog
        self.publicBase = publicBase
        self.endpoint = endpoint
    }

    /// Returns the object with this ID, of any kind.
    func object(_ id: String) -> JSONValue? {
        sessions[id] ?? intents[id] ?? charges[id] ?? refunds[id] ?? disputes[id]
    }

    /// Returns the session of an object.
    func sessionID(of object: JSONValue) -> String? {
        if object["object"] == "checkout.session" { return object["id"].string }
        let intent = object["object"] == "payment_intent" ? object["id"] : object["payment_intent"]
        return intent.string.flatMap { sessionOfIntent[$0] }
    }

    /// Returns the charge with this ID, or the one of this payment intent or session.
    func charge(_ id: String) -> JSONValue? {
        if let charge = charges[id] { return charge }
        if let charge = intents[id]?["latest_charge"].string { return charges[charge] }
        return sessions[id]?["payment_intent"].string.flatMap { self.charge($0) }
    }

    /// Adds an event of `type` about `object`, to be delivered.
    mutating func emit(_ type: String, _ object: JSONValue, previous: JSONValue = .null, _ cause: Cause) {
        events.add(
            EventLedger.event(type, object, previous: previous, hasEndpoint: hasEndpoint, cause),
            session: sessionID(of: object))
    }
}
