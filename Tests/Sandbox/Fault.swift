import JSON
import Kernel

/// A fault that the sandbox injects on request.
struct Fault: Equatable, Sendable {
    /// The kind of fault.
    enum Kind: String, CaseIterable, Sendable {
        /// 429, without effect.
        case tooMany = "429"
        /// 500, without effect.
        case failure = "500"
        /// The call takes effect, then the response is delayed by `milliseconds`.
        case hang
        /// The call takes effect, then the connection closes in the middle of the response.
        case cut
        /// The call starts after `milliseconds`.
        case delay
    }

    var kind: Kind
    /// The number of calls that meet it.
    var calls: Int
    /// The path of those calls; empty for any.
    var path: String
    var milliseconds: Int

    /// The error it responds with, for the kinds without any other effect.
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

    /// The document that describes it.
    var json: JSONValue {
        .object([
            ("kind", .string(kind.rawValue)), ("calls", .integer(Int64(calls))), ("path", .string(path)),
            ("ms", .integer(Int64(milliseconds))),
        ])
    }
}

/// The pending faults.
struct FaultPlan: Sendable {
    private(set) var faults: [Fault] = []

    mutating func add(_ fault: Fault) { faults.append(fault) }

    /// Takes the fault that a call of `path` meets, the oldest first.
    mutating func take(_ path: String) -> Fault? {
        guard let index = faults.firstIndex(where: { $0.path.isEmpty || $0.path == path }) else { return nil }
        let fault = faults[index]
        faults[index].calls -= 1
        if faults[index].calls <= 0 { faults.remove(at: index) }
        return fault
    }
}
