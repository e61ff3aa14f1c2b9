import Testing

/// What RFC 2119 calls the weight of a rule.
enum Weight: String, Sendable {
    case must = "MUST"
    case should = "SHOULD"
    case may = "MAY"
}

/// What a server has to do with a message.
struct Expected: Sendable {
    /// The statuses any of which is right; empty when the connection must end without an answer.
    let statuses: Set<Int>
    /// Whether a request behind the message is answered too.
    let persists: Bool
    /// What the handler must have been given: method, target, host, body.
    var sees: String?

    /// Answered by a handler, and the connection lives on.
    static func served(_ sees: String, _ status: Int = 200) -> Expected {
        Expected(statuses: [status], persists: true, sees: sees)
    }

    /// Answered by a handler, and nothing after it.
    static func servedLast(_ sees: String) -> Expected { Expected(statuses: [200], persists: false, sees: sees) }

    /// Refused with one of `statuses`, and nothing after it is answered.
    static func refused(_ statuses: Int...) -> Expected { Expected(statuses: Set(statuses), persists: false) }

    /// Closed without an answer.
    static let silent = Expected(statuses: [], persists: false)
}

/// One row of the conformance tables: raw bytes, the rule they touch, and what must come of them.
struct Case: Sendable, CustomTestStringConvertible {
    let weight: Weight
    let rule: String
    let title: String
    let raw: String
    let expected: Expected

    var testDescription: String { "\(weight.rawValue) \(rule): \(title)" }

    /// The bytes to send, each scalar below 256 one byte: the message and, unless it is cut short, a request behind it.
    var bytes: [UInt8] { latin1(raw) + (expected.statuses.isEmpty ? [] : follower) }

    /// Whether the answer has to come without a body.
    var isHead: Bool { raw.hasPrefix("HEAD ") }
}

/// A row that the RFC makes a MUST; `rule` is the RFC's number and section.
func must(_ rule: String, _ title: String, _ raw: String, _ expected: Expected) -> Case {
    Case(weight: .must, rule: rule, title: title, raw: raw, expected: expected)
}

/// A row that the RFC recommends, and we hold to.
func should(_ rule: String, _ title: String, _ raw: String, _ expected: Expected) -> Case {
    Case(weight: .should, rule: rule, title: title, raw: raw, expected: expected)
}

/// A row where the RFC leaves a choice, and this is ours.
func may(_ rule: String, _ title: String, _ raw: String, _ expected: Expected) -> Case {
    Case(weight: .may, rule: rule, title: title, raw: raw, expected: expected)
}

/// A request for `/a` at host `x` with more field lines; `body` follows the header as it is.
func request(_ method: String = "GET", _ lines: String..., version: String = "1.1", body: String = "") -> String {
    "\(method) /a HTTP/\(version)\r\nHost: x\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
}

/// A chunked request with `body` as it is.
func chunked(_ body: String) -> String { request("POST", "Transfer-Encoding: chunked", body: body) }

/// One byte for each scalar below 256.
func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

/// The request that is put behind every message to see whether it is answered.
let follower = latin1("GET /follower HTTP/1.1\r\nHost: x\r\n\r\n")

/// Every row of every table.
let everyCase: [Case] =
    requestLineCases + targetCases + hostCases + fieldCases + contentLengthCases + transferEncodingCases
    + chunkedCases + smugglingCases + connectionCases + methodCases
