import JSON
import Kernel

/// A trouble that the sandbox makes on request.
struct Fault: Equatable, Sendable {
    /// What goes wrong.
    enum Kind: String, CaseIterable, Sendable {
        /// 429 before anything is done.
        case tooMany = "429"
        /// 500 before anything is done.
        case failure = "500"
        /// Everything is done, then no answer comes for `milliseconds`, then the answer.
        case hang
        /// Everything is done, then the connection ends in the middle of the answer.
        case cut
        /// `milliseconds` pass before anything is done.
        case delay
    }

    var kind: Kind
    /// How many calls it meets.
    var calls: Int
    /// The path it meets; empty for every path.
    var path: String
    var milliseconds: Int

    /// The refusal it stands for, for the kinds that do nothing else.
    var refusal: StripeError? {
        switch kind {
        case .tooMany:
            StripeError(
                status: 429, type: "invalid_request_error", code: "rate_limit",
                message:
                    "Request rate limit exceeded. Learn more about rate limits: https://docs.stripe.com/rate-limits.")
        case .failure:
            StripeError(
                status: 500, type: "api_error", message: "An unknown error occurred, and we have been notified.")
        case .hang, .cut, .delay: nil
        }
    }

    /// The document that shows it.
    var json: JSONValue {
        .object([
            ("kind", .string(kind.rawValue)), ("calls", .integer(Int64(calls))), ("path", .string(path)),
            ("ms", .integer(Int64(milliseconds))),
        ])
    }
}

/// The faults that wait for a call to meet.
struct FaultPlan: Sendable {
    private(set) var faults: [Fault] = []

    mutating func add(_ fault: Fault) { faults.append(fault) }

    /// The fault that a call of `path` meets; the oldest goes first.
    mutating func take(_ path: String) -> Fault? {
        guard let index = faults.firstIndex(where: { $0.path.isEmpty || $0.path == path }) else { return nil }
        let fault = faults[index]
        faults[index].calls -= 1
        if faults[index].calls <= 0 { faults.remove(at: index) }
        return fault
    }
}
