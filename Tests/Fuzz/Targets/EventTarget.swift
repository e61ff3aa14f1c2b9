import FoundationEssentials
import HTTP
import JSON
import Kernel
import Stripe

/// A body that Stripe signed, whatever is in it.
func checkEvent(_ input: Input) throws(BrokenPromise) {
    var input = input
    let body = input.remainder()
    guard let event = try read(body) else { return }
    try checkParts(event)
    try checkAgainstJSON(event, body)
    guard body.first == UInt8(ascii: "{") else { return }
    try promise(read([0x20, 0x0A] + body + [0x0D, 0x09]), is: event, "blanks around it change nothing")
    let longer = Array(#"{"added_since":[{"a":null}],"#.utf8) + body.dropFirst()
    try promise(read(longer), is: event, "a member added since changes nothing")
}

/// The event in a delivery of `body`; `nil` when it is refused as malformed.
private func read(_ body: [UInt8]) throws(BrokenPromise) -> Event? {
    let (secret, now) = (Secret("whsec_fuzz"), Instant(unixSeconds: 1_800_000_000))
    let fields: Fields = ["Stripe-Signature": WebhookSignature.sign(body, secret: secret, at: now)]
    let request = Request(method: .post, path: "/", fields: fields, body: body, receivedAt: now)
    guard let payload = try? WebhookSignature.verify(request, keys: SigningKeys([secret]), now: now) else {
        throw BrokenPromise("what Stripe signs is Stripe's, whatever the body")
    }
    do throws(MalformedDocument) {
        return try Event(payload)
    } catch {
        try promise(error.field.utf8.count <= body.count + 64, "the path to a fault is no longer than the document")
        return nil
    }
}

/// What was read can go on to a database and a log: identifiers are plain, numbers are counted without a trap.
private func checkParts(_ event: Event) throws(BrokenPromise) {
    for id in ids(event) {
        try promise((1...255).contains(id.text.utf8.count), "an ID is neither empty nor endless")
        try promise(
            id.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/\\\"'%?#".utf8.contains($0) }, "an ID is plain")
    }
    try promise(OpenEnum<Event.Kind>(event.kind.text), is: event.kind, "a kind has one reading")
    try promise(event.created.unixSeconds <= event.created.microseconds.magnitude, "a time is counted")
    if case .checkoutSession(let session) = event.object, let total = session.total {
        try promise(total.minorUnits, is: session.amountTotal ?? 0, "a total is the amount")
        try promise(total.formatted.hasSuffix(total.currency.code.uppercased()), "a total can be written")
    }
}

private func ids(_ event: Event) -> [StripeID] {
    switch event.object {
    case .checkoutSession(let session):
        [event.id, session.id] + [session.customer, session.paymentIntent].compactMap { $0 }
    case .charge(let charge): [event.id, charge.id] + [charge.paymentIntent].compactMap { $0 }
    case .refund(let refund): [event.id, refund.id]
    case .dispute(let dispute): [event.id, dispute.id]
    case .earlyFraudWarning(let warning): [event.id, warning.id]
    case .paymentIntent(let intent): [event.id, intent.id]
    case .other: [event.id]
    }
}

/// The few members that decide what happens, read a second time without our types by another library.
private func checkAgainstJSON(_ event: Event, _ body: [UInt8]) throws(BrokenPromise) {
    // Two libraries may take another one of two members of one name.
    guard let text = String(validating: body, as: UTF8.self), (try? JSONOutline(text)) != nil else { return }
    guard let plain = try? JSONDecoder().decode(Plain.self, from: Data(body)) else {
        throw BrokenPromise("an event has a type, an ID and an object")
    }
    try promise(event.kind.text, is: plain.type, "its kind is its type")
    try promise(event.isLive, is: plain.livemode, "test money is not real money")
    let name: String =
        switch event.object {
        case .checkoutSession: "checkout.session"
        case .charge: "charge"
        case .refund: "refund"
        case .dispute: "dispute"
        case .earlyFraudWarning: "radar.early_fraud_warning"
        case .paymentIntent: "payment_intent"
        case .other(let name): name
        }
    try promise(same(name, plain.data.object.object), "its object is the one that is named")
}

private struct Plain: Decodable {
    struct Content: Decodable { let object: Object }
    struct Object: Decodable { let object: String }

    let type: String
    let livemode: Bool
    let data: Content
}
