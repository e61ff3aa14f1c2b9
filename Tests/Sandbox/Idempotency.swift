import HTTP
import Kernel

/// The responses stored by `Idempotency-Key`.
///
/// Source: <https://docs.stripe.com/api/idempotent_requests>
struct Idempotency: Sendable {
    /// The response of a finished call, returned for repeats.
    struct Answer: Equatable, Sendable {
        var status: Int
        var body: String
        var requestID: String
    }

    /// What to do with a call under a key.
    enum Verdict: Equatable, Sendable {
        case first
        case repeated(Answer)
        case refused(StripeError)
    }

    private struct Entry: Sendable {
        var endpoint: String
        var parameters: [UInt8]
        /// `nil` while the first call is in progress.
        var answer: Answer?
    }

    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    private static let limit = 50_000

    /// Starts a call under `key`, or returns the state of an earlier one.
    mutating func begin(_ key: String, endpoint: String, parameters: [UInt8]) -> Verdict {
        guard key.utf8.count <= 255 else { return .refused(Idempotency.tooLong) }
        guard let entry = entries[key] else {
            entries[key] = Entry(endpoint: endpoint, parameters: parameters)
            order.append(key)
            if order.count > Idempotency.limit { dropOldest() }
            return .first
        }
        guard entry.endpoint == endpoint, entry.parameters == parameters else {
            return .refused(Idempotency.differs(key))
        }
        return entry.answer.map(Verdict.repeated) ?? .refused(Idempotency.inUse)
    }

    /// Stores the response for repeats.
    mutating func finish(_ key: String, _ answer: Answer) { entries[key]?.answer = answer }

    /// Forgets a call without effect: one refused for its parameters or before it reached the endpoint.
    mutating func abandon(_ key: String) {
        guard entries[key]?.answer == nil, entries.removeValue(forKey: key) != nil else { return }
        if let index = order.lastIndex(of: key) { order.remove(at: index) }
    }

    private mutating func dropOldest() {
        for key in order.prefix(Idempotency.limit / 10) { entries[key] = nil }
        order.removeFirst(Idempotency.limit / 10)
    }

    private static func differs(_ key: String) -> StripeError {
        StripeError(
            type: "idempotency_error",
            message:
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                + "Try using a key other than '\(key)' if you meant to execute a different request.")
    }

    private static let inUse = StripeError(
        status: 409, type: "idempotency_error", code: "idempotency_key_in_use",
        message: "There is currently another in-progress request using this Idempotent Key (that probably means you "
            + "submitted twice, and the other request is still going through).")
    private static let tooLong = StripeError(message: "Idempotency keys have 255 characters at most.")
}
