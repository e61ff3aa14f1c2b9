import FoundationEssentials
import HTTP
import Kernel
import Stripe
import Support

/// Stripe's own examples by resource, read once.
let fixtures = Result {
    let file = try JSONDecoder().decode([String: JSON].self, from: Data(vector("stripe/fixtures3.json")))
    guard case .object(let resources) = file["resources"] else { throw NoFixture(resource: "resources") }
    return resources
}

/// Returns Stripe's own example of a resource, with some members replaced (`nil` removes one).
func fixture(_ resource: String, _ changes: [String: (any Sendable)?] = [:]) throws -> [String: JSON] {
    guard case .object(var object) = try fixtures.get()[resource] else { throw NoFixture(resource: resource) }
    for (name, value) in changes { object[name] = JSON(value) }
    return object
}

struct NoFixture: Error { let resource: String }

/// Any JSON, for changing a fixture.
enum JSON: Codable, Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(_ value: (any Sendable)?) {
        switch value {
        case let value as JSON: self = value
        case let value as Bool: self = .bool(value)
        case let value as Int: self = .integer(Int64(value))
        case let value as String: self = .string(value)
        case let value as [String: JSON]: self = .object(value)
        default: self = .null
        }
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .integer(let integer): try value.encode(integer)
        case .number(let number): try value.encode(number)
        case .string(let string): try value.encode(string)
        case .array(let array): try value.encode(array)
        case .object(let object): try value.encode(object)
        }
    }
}

/// Parses `body` as a delivery signed like Stripe's.
func delivered(_ body: [UInt8]) throws -> Event {
    let now = Instant(unixSeconds: 1_800_000_000)
    let header = WebhookSignature.sign(body, secret: Secret("whsec_test"), at: now)
    let request = Request(method: .post, path: "/", fields: ["stripe-signature": header], body: body)
    return try Event(WebhookSignature.verify(request, keys: SigningKeys([Secret("whsec_test")]), now: now))
}

/// Returns an event about `object`.
func event(_ kind: String, about object: [String: JSON], _ changes: [String: (any Sendable)?] = [:]) throws -> Event {
    let data: [String: JSON] = ["object": .object(object)]
    let whole = try fixture("event", ["type": kind, "data": JSON.object(data)].merging(changes) { $1 })
    return try delivered(Array(JSONEncoder().encode(whole)))
}
