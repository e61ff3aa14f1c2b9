package import Kernel

/// The name-value pairs of an `application/x-www-form-urlencoded` body or query, in order.
///
/// Source: <https://url.spec.whatwg.org/#urlencoded-parsing>, except that invalid escapes and invalid UTF-8 are
/// rejected, not replaced.
package struct Form: Equatable, Sendable {
    /// One pair.
    package struct Entry: Equatable, Sendable {
        /// The decoded name.
        package let name: String
        /// The decoded value.
        package let value: String
    }

    /// All pairs, including repeated names.
    package private(set) var entries: [Entry] = []

    /// The maximum number of pairs.
    package static let entryLimit = 200

    /// Creates an empty form.
    package init() {}

    /// Parses `text`.
    ///
    /// - Throws: `.malformed` for an invalid escape, invalid UTF-8, or too many pairs.
    package init(_ text: some StringProtocol) throws(Refusal) {
        // Splits bytes, not characters: Unicode could join characters across a separator. Splits one pair at a time, so
        // that a form with too many costs no more than one with as many as allowed.
        var rest = text.utf8[...]
        while let start = rest.firstIndex(where: { $0 != UInt8(ascii: "&") }) {
            rest = rest[start...]
            let pair = rest.prefix { $0 != UInt8(ascii: "&") }
            rest = rest[pair.endIndex...]
            guard entries.count < Form.entryLimit else {
                throw .malformed(field: "body", reason: "The form has too many fields.")
            }
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count + 1)
            guard let name = PercentCoding.decode(name, plusIsSpace: true),
                let value = PercentCoding.decode(value, plusIsSpace: true)
            else { throw .malformed(field: "body", reason: "The form has a broken percent escape or is not UTF-8.") }
            entries.append(Entry(name: name, value: value))
        }
    }

    /// The first value of `name`.
    package subscript(name: String) -> String? { entries.first { $0.name == name }?.value }

    /// Returns the value of a field that must not be repeated.
    ///
    /// - Throws: `.malformed` if it is: two readers might pick different values.
    package func single(_ name: String) throws(Refusal) -> String? {
        guard entries.count(where: { $0.name == name }) <= 1 else {
            throw .malformed(field: name, reason: "Give it once.")
        }
        return self[name]
    }

    /// Appends a pair.
    package mutating func append(_ name: String, _ value: String) { entries.append(Entry(name: name, value: value)) }

    /// The pairs, encoded for a body or query.
    package var encoded: String {
        entries.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
    }
}
