import Testing

/// RFC 2119's requirement level of a rule.
enum Weight: String, Sendable {
    case must = "MUST"
    case should = "SHOULD"
    case may = "MAY"
}

/// The expected reaction to a message.
struct Expected: Sendable {
    /// The acceptable statuses; empty if the connection must end without a response.
    let statuses: Set<Int>
    /// Whether a request after the message gets a response too.
    let persists: Bool
    /// What the handler must have received: method, target, host, body.
    var sees: String?

    /// Served by a handler; the connection persists.
    static func served(_ sees: String, _ status: Int = 200) -> Expected {
        Expected(statuses: [status], persists: true, sees: sees)
    }

    /// Served by a handler; the connection ends.
    static func servedLast(_ sees: String) -> Expected { Expected(statuses: [200], persists: false, sees: sees) }

    /// Refused with one of `statuses`; the connection ends.
    static func refused(_ statuses: Int...) -> Expected { Expected(statuses: Set(statuses), persists: false) }

    /// Closed without a response.
    static let silent = Expected(statuses: [], persists: false)
}

/// One row of the conformance tables: raw bytes, the rule they test, and the expected reaction.
struct Case: Sendable, CustomTestStringConvertible {
    let weight: Weight
    let rule: String
    let title: String
    let raw: String
    let expected: Expected

    var testDescription: String { "\(weight.rawValue) \(rule): \(title)" }

    /// The bytes to send, one byte for each scalar below 256: the message and, unless it is cut short, a request after
    /// it.
    var bytes: [UInt8] { latin1(raw) + (expected.statuses.isEmpty ? [] : follower) }

    /// Whether the response must have no body.
    var isHead: Bool { raw.hasPrefix("HEAD ") }
}

/// Returns a row for a MUST of the RFC; `rule` is its number and section.
func must(_ rule: String, _ title: String, _ raw: String, _ expected: Expected) -> Case {
    Case(weight: .must, rule: rule, title: title, raw: raw, expected: expected)
}

/// Returns a row for a recommendation of the RFC that we follow.
func should(_ rule: String, _ title: String, _ raw: String, _ expected: Expected) -> Case {
    Case(weight: .should, rule: rule, title: title, raw: raw, expected: expected)
}

/// Returns a row for a choice that the RFC leaves open, and ours.
func may(_ rule: String, _ title: String, _ raw: String, _ expected: Expected) -> Case {
    Case(weight: .may, rule: rule, title: title, raw: raw, expected: expected)
}

/// Returns a request for `/a` at host `x` with more field lines; `body` follows the header unchanged.
func request(_ method: String = "GET", _ lines: String..., version: String = "1.1", body: String = "") -> String {
    "\(method) /a HTTP/\(version)\r\nHost: x\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
}

/// Returns a chunked request with `body` unchanged.
func chunked(_ body: String) -> String { request("POST", "Transfer-Encoding: chunked", body: body) }

/// Returns one byte for each scalar below 256.
func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

/// The request sent after every message to see whether it gets a response.
let follower = latin1("GET /follower HTTP/1.1\r\nHost: x\r\n\r\n")

/// All rows of all tables.
let everyCase: [Case] =
    requestLineCases + targetCases + hostCases + fieldCases + contentLengthCases + transferEncodingCases
    + chunkedCases + smugglingCases + connectionCases + methodCases
