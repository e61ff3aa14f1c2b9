package import Kernel

/// The names and values of an `application/x-www-form-urlencoded` body or query, in order.
///
/// Source: <https://url.spec.whatwg.org/#urlencoded-parsing>, but broken escapes and broken UTF-8 are refused
/// instead of repaired.
package struct Form: Equatable, Sendable {
    /// One pair.
    package struct Entry: Equatable, Sendable {
        /// The name, decoded.
        package let name: String
        /// The value, decoded.
        package let value: String
    }

    /// The pairs, repeated names included.
    package private(set) var entries: [Entry] = []

    /// The pairs that a form has at most; more is refused.
    package static let entryLimit = 200

    /// An empty form.
    package init() {}

    /// Reads `text`.
    ///
    /// - Throws: `.malformed` for a broken escape, text that is not UTF-8, or too many pairs.
    package init(_ text: some StringProtocol) throws(Refusal) {
        // Bytes, not characters, which Unicode would join across a separator.
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
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

    /// The only value of `name`, for a field that means something once.
    ///
    /// - Throws: `.malformed` when it stands twice: two readers might each take another one.
    package func single(_ name: String) throws(Refusal) -> String? {
        guard entries.count(where: { $0.name == name }) <= 1 else {
            throw .malformed(field: name, reason: "Give it once.")
        }
        return self[name]
    }

    /// Adds a pair.
    package mutating func append(_ name: String, _ value: String) { entries.append(Entry(name: name, value: value)) }

    /// The pairs as a body or query.
    package var encoded: String {
        entries.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
    }
}
