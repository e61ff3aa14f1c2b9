internal import JSON
internal import Kernel

extension JSONNode {
    /// A time in Unix seconds.
    func instant(_ name: StaticString) throws(MalformedDocument) -> Instant? {
        let seconds: Int64? = try optional(name)
        return seconds.map { Instant(unixSeconds: $0) }
    }

    /// A currency; `nil` also for one that is not of ISO 4217.
    func currency(_ name: StaticString) throws(MalformedDocument) -> Currency? {
        let code: String? = try optional(name)
        return code.flatMap(Currency.init)
    }

    /// The seller's own names and values; none where there is `null`.
    func metadata(_ name: StaticString) throws(MalformedDocument) -> [String: String] {
        guard let member = try member(name) else { return [:] }
        guard let members = member.members else { throw MalformedDocument(field: name.description) }
        var metadata: [String: String] = [:]
        metadata.reserveCapacity(members.count)
        for (key, value) in members where metadata[key] == nil {
            guard let text = value.string else { throw MalformedDocument(field: "\(name).\(key)") }
            metadata[key] = text
        }
        return metadata
    }

    /// The ID that this is, or that Stripe's object in its place («expanded») has; `nil` for anything else.
    ///
    /// Source: <https://docs.stripe.com/api/expanding_objects>
    var id: String? { string ?? self["id"]?.string }

    // As in the module JSON, types that are known here are spared the search for them while a request waits.

    /// The ID at `name`, or `nil` where nothing or `null` is.
    func optional(_ name: StaticString) throws(MalformedDocument) -> StripeID? {
        guard let member = try member(name) else { return nil }
        do { return try StripeID(json: member) } catch { throw error.within(name.description) }
    }

    /// The ID that must be at `name`.
    func required(_ name: StaticString) throws(MalformedDocument) -> StripeID {
        guard let id: StripeID = try optional(name) else { throw MalformedDocument(field: name.description) }
        return id
    }

    /// The word at `name`, or `nil` where nothing or `null` is.
    func optional<Known>(_ name: StaticString) throws(MalformedDocument) -> OpenEnum<Known>? {
        let text: String? = try optional(name)
        return text.map { OpenEnum($0) }
    }

    /// The word that must be at `name`.
    func required<Known>(_ name: StaticString) throws(MalformedDocument) -> OpenEnum<Known> {
        let text: String = try required(name)
        return OpenEnum(text)
    }
}
