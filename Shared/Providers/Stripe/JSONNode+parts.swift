internal import JSON
internal import Kernel

extension JSONNode {
    /// Reads a time in Unix seconds, from 1970 through the year 9999; other times are malformed.
    ///
    /// So every time can be stored, written as RFC 3339 and moved by days.
    func instant(_ name: StaticString) throws(MalformedDocument) -> Instant? {
        guard let seconds: Int64 = try optional(name) else { return nil }
        guard (0...253_402_300_799).contains(seconds) else { throw MalformedDocument(field: name.description) }
        return Instant(unixSeconds: seconds)
    }

    /// Reads the required time at `name`.
    func required(_ name: StaticString) throws(MalformedDocument) -> Instant {
        guard let instant = try instant(name) else { throw MalformedDocument(field: name.description) }
        return instant
    }

    /// Reads an amount in a currency's minor unit: not negative, and small enough that sums of amounts can be stored.
    ///
    /// Stripe's own amounts have twelve digits at most: <https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>.
    func amount(_ name: StaticString) throws(MalformedDocument) -> Int64? {
        guard let amount: Int64 = try optional(name) else { return nil }
        guard (0...999_999_999_999_999).contains(amount) else { throw MalformedDocument(field: name.description) }
        return amount
    }

    /// Reads the required amount at `name`.
    func requiredAmount(_ name: StaticString) throws(MalformedDocument) -> Int64 {
        guard let amount = try amount(name) else { throw MalformedDocument(field: name.description) }
        return amount
    }

    /// Reads the currency of an amount that is added to others: one that is no ISO 4217 code is malformed.
    func statedCurrency(_ name: StaticString) throws(MalformedDocument) -> Currency? {
        guard let code: String = try optional(name) else { return nil }
        guard let currency = Currency(code) else { throw MalformedDocument(field: name.description) }
        return currency
    }

    /// The object's `presentment_details`: the amount as the buyer sees it, in a currency of their own.
    ///
    /// It is shown and decides nothing, so what cannot be read of it is nothing to refuse a sale for.
    ///
    /// Source: <https://docs.stripe.com/payments/currencies/localize-prices/adaptive-pricing>
    var presentment: Money? {
        guard let details = self["presentment_details"], details.kind == .object,
            let amount = (try? details.amount("presentment_amount")) ?? nil,
            let currency = details["presentment_currency"]?.string.flatMap({ Currency($0) }),
            currency.code != self["currency"]?.string
        else { return nil }
        return Money(minorUnits: amount, currency: currency)
    }

    /// Reads a currency; also `nil` if it is not an ISO 4217 code.
    func currency(_ name: StaticString) throws(MalformedDocument) -> Currency? {
        let code: String? = try optional(name)
        return code.flatMap(Currency.init)
    }

    /// Reads the seller's metadata; empty for `null`.
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

    /// The ID in this value, or in the expanded object in its place; `nil` for anything else.
    ///
    /// Source: <https://docs.stripe.com/api/expanding_objects>
    var id: String? { string ?? self["id"]?.string }

    // As in module JSON, concrete overloads avoid the lookup of conformances while a request waits.

    /// Reads the ID at `name`; `nil` if it is absent or `null`.
    func optional(_ name: StaticString) throws(MalformedDocument) -> StripeID? {
        guard let member = try member(name) else { return nil }
        do { return try StripeID(json: member) } catch { throw error.within(name.description) }
    }

    /// Reads the required ID at `name`.
    func required(_ name: StaticString) throws(MalformedDocument) -> StripeID {
        guard let id: StripeID = try optional(name) else { throw MalformedDocument(field: name.description) }
        return id
    }

    /// Reads the value at `name`; `nil` if it is absent or `null`.
    func optional<Known>(_ name: StaticString) throws(MalformedDocument) -> OpenEnum<Known>? {
        let text: String? = try optional(name)
        return text.map { OpenEnum($0) }
    }

    /// Reads the required value at `name`.
    func required<Known>(_ name: StaticString) throws(MalformedDocument) -> OpenEnum<Known> {
        let text: String = try required(name)
        return OpenEnum(text)
    }
}
