internal import JSON
internal import Kernel

extension JSONNode {
    /// A time in Unix seconds.
    func instant(_ name: StaticString) throws(MalformedDocument) -> Instant? {
        try optional(name, as: Int64.self).map { Instant(unixSeconds: $0) }
    }

    /// A currency; `nil` also for one that is not of ISO 4217.
    func currency(_ name: StaticString) throws(MalformedDocument) -> Currency? {
        try optional(name, as: String.self).flatMap(Currency.init)
    }

    /// The seller's own names and values; none where there is `null`.
    func metadata(_ name: StaticString) throws(MalformedDocument) -> [String: String] { try optional(name) ?? [:] }

    /// The ID that this is, or that Stripe's object in its place («expanded») has; `nil` for anything else.
    ///
    /// Source: <https://docs.stripe.com/api/expanding_objects>
    var id: String? { string ?? self["id"]?.string }
}
