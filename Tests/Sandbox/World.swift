import JSON
import Kernel

/// Everything the stand-in for Stripe remembers; a value, changed by plain functions.
struct World: Sendable {
    /// What Stripe knows of a session and does not show in it.
    struct Checkout: Sendable {
        var lineItems: [JSONValue]
        var intentMetadata: JSONValue
        var intentDescription: String?
        /// The method chosen on the payment page, once a payment was tried.
        var method: PaymentMethod?
    }

    /// Why something changes: the instant, and the API request behind it, if there is one.
    struct Cause: Sendable {
        var now: Instant
        var requestID: String?
        var idempotencyKey: String?
    }

    let catalog: Catalog
    let publicBase: String
    /// Whether an endpoint is there to deliver events to.
    let hasEndpoint: Bool

    var sessions = Shelf<JSONValue>()
    var checkouts = Shelf<Checkout>()
    /// Sessions by the ID of their payment intent.
    var sessionOfIntent = Shelf<String>()
    var intents = Shelf<JSONValue>()
    var charges = Shelf<JSONValue>()
    var refunds = Shelf<JSONValue>()
    var disputes = Shelf<JSONValue>()
    var events = EventLedger()
    /// No open session ends before this, in Unix seconds.
    var earliestExpiry: Int64?

    init(catalog: Catalog, publicBase: String, hasEndpoint: Bool) {
        self.catalog = catalog
        self.publicBase = publicBase
        self.hasEndpoint = hasEndpoint
    }

    /// The object behind an ID, whatever its kind.
    func object(_ id: String) -> JSONValue? {
        sessions[id] ?? intents[id] ?? charges[id] ?? refunds[id] ?? disputes[id]
    }

    /// The session that an object belongs to.
    func sessionID(of object: JSONValue) -> String? {
        if object["object"] == "checkout.session" { return object["id"].string }
        let intent = object["object"] == "payment_intent" ? object["id"] : object["payment_intent"]
        return intent.string.flatMap { sessionOfIntent[$0] }
    }

    /// The charge that an ID leads to: its own, its payment intent's or its session's.
    func charge(_ id: String) -> JSONValue? {
        if let charge = charges[id] { return charge }
        if let charge = intents[id]?["latest_charge"].string { return charges[charge] }
        return sessions[id]?["payment_intent"].string.flatMap { self.charge($0) }
    }

    /// Makes the event that `object` changed as `type` says, to be delivered.
    mutating func emit(_ type: String, _ object: JSONValue, previous: JSONValue = .null, _ cause: Cause) {
        events.add(
            EventLedger.event(type, object, previous: previous, hasEndpoint: hasEndpoint, cause),
            session: sessionID(of: object))
    }
}
