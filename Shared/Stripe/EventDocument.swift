package import Kernel

/// An event in the words in which Stripe's API told it, to be kept and read as a delivered one is.
///
/// A list of these survives an event among them that we cannot read.
package struct EventDocument: Equatable, Sendable {
    /// Stripe's ID of it.
    package let id: StripeID
    /// Stripe's word for what happened.
    package let kind: String
    /// When it happened.
    package let created: Instant
    /// The version of Stripe's API that it is written in.
    package let apiVersion: String?
    /// The whole of it as JSON; the members of its objects are sorted by name.
    package let text: String
}

extension EventDocument: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, created
        case kind = "type"
        case apiVersion = "api_version"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.required(.id)
        kind = try fields.required(.kind)
        created = Instant(unixSeconds: try fields.required(.created))
        apiVersion = try fields.optional(.apiVersion)
        text = try AnyJSON(from: decoder).value.text
    }
}

/// Any JSON value.
private struct AnyJSON: Decodable {
    let value: JSONValue

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let text = try? container.decode(String.self) {
            value = .string(text)
        } else if let members = try? container.decode([String: AnyJSON].self) {
            value = .object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) })
        } else if let elements = try? container.decode([AnyJSON].self) {
            value = .array(elements.map(\.value))
        } else if let flag = try? container.decode(Bool.self) {
            value = .bool(flag)
        } else if let number = try? container.decode(Int64.self) {
            value = .integer(number)
        } else {
            value = .number(try container.decode(Double.self))
        }
    }
}
