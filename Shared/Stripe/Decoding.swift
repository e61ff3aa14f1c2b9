internal import FoundationEssentials
internal import Kernel

/// A document from Stripe that cannot be understood.
package struct MalformedDocument: Error, Equatable, Sendable {
    /// The path to the part at fault, such as `data.object.id`; empty when it is not JSON at all.
    package let field: String
}

/// Reads a JSON document.
func decode<Content: Decodable>(_ type: Content.Type, from body: [UInt8]) throws(MalformedDocument) -> Content {
    do {
        return try JSONDecoder().decode(type, from: Data(body))
    } catch let error as DecodingError {
        throw MalformedDocument(field: error.fieldPath)
    } catch {
        throw MalformedDocument(field: "")
    }
}

extension KeyedDecodingContainer {
    /// What is at `key`, or `nil` where nothing or `null` is.
    func optional<Content: Decodable>(_ key: Key) throws -> Content? { try decodeIfPresent(Content.self, forKey: key) }

    /// What must be at `key`.
    func required<Content: Decodable>(_ key: Key) throws -> Content { try decode(Content.self, forKey: key) }

    /// A time in Unix seconds.
    func instant(_ key: Key) throws -> Instant? {
        try decodeIfPresent(Int64.self, forKey: key).map { Instant(unixSeconds: $0) }
    }

    /// A currency; `nil` also for one that is not of ISO 4217.
    func currency(_ key: Key) throws -> Currency? {
        try decodeIfPresent(String.self, forKey: key).flatMap(Currency.init)
    }

    /// The seller's own names and values; none where there is `null`.
    func metadata(_ key: Key) throws -> [String: String] {
        try decodeIfPresent([String: String].self, forKey: key) ?? [:]
    }
}
