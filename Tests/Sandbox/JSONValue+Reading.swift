import FoundationEssentials
import JSON
import Kernel

extension JSONValue {
    /// Parses a document; `nil` if `bytes` are not JSON.
    init?(json bytes: [UInt8]) {
        guard let parsed = try? JSONDecoder().decode(ParsedJSON.self, from: Data(bytes)) else { return nil }
        self = parsed.value
    }
}

/// A JSON document decoded by Foundation.
private struct ParsedJSON: Decodable {
    let value: JSONValue

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Name.self) {
            let members = try container.allKeys.sorted { $0.stringValue < $1.stringValue }.map { name in
                (name.stringValue, try container.decode(ParsedJSON.self, forKey: name).value)
            }
            value = .object(members)
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !container.isAtEnd { elements.append(try container.decode(ParsedJSON.self).value) }
            value = .array(elements)
        } else {
            value = try ParsedJSON.scalar(decoder.singleValueContainer())
        }
    }

    private static func scalar(_ container: any SingleValueDecodingContainer) throws -> JSONValue {
        if container.decodeNil() { return .null }
        if let flag = try? container.decode(Bool.self) { return .bool(flag) }
        if let number = try? container.decode(Int64.self) { return .integer(number) }
        if let number = try? container.decode(Double.self) { return .number(number) }
        return .string(try container.decode(String.self))
    }
}
