import Glibc
package import Kernel

/// A statement, or a part of one, with its bound values.
///
/// The text consists of source literals only; text made at run time cannot be inserted. Interpolated values are bound,
/// except another `SQL`, whose text and values are nested: this is how the owner of a table lends its INSERT to
/// other modules' statements.
package struct SQL: ExpressibleByStringInterpolation, Equatable, Sendable {
    /// The parts of the text: the same source location always yields the same parts, so that a prepared statement is
    /// found without building, comparing or hashing text.
    let parts: [SQLPart]
    /// The bound values, in order.
    package let values: [SQLValue]

    /// The text, with `$1`, `$2`, … for the values.
    package var text: String {
        var (text, count) = ("", 0)
        for part in parts {
            switch part {
            case .literal(let literal): text += literal.description
            case .value:
                count += 1
                text += "$\(count)"
            }
        }
        return text
    }

    package init(stringLiteral text: StaticString) { self.init([.literal(text)], []) }

    package init(stringInterpolation built: Interpolation) { self.init(built.parts, built.values) }

    private init(_ parts: [SQLPart], _ values: [SQLValue]) {
        self.parts = parts
        self.values = values
    }

    package static func == (left: SQL, right: SQL) -> Bool { left.text == right.text && left.values == right.values }

    /// Rejects a NUL with the error the server uses for it (`character_not_in_repertoire`): the text format is
    /// NUL-terminated, so the server would receive a truncated value.
    func refuseNUL() throws(PostgresFault) {
        for case .text(let text) in values where hasNUL(text) {
            throw .server(state: "22021", constraint: "", message: "")
        }
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var parts: [SQLPart] = []
        fileprivate var values: [SQLValue] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(interpolationCount * 2 + 1)
            values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) { parts.append(.literal(literal)) }
        package mutating func appendInterpolation(_ part: SQL) {
            parts += part.parts
            values += part.values
        }
        package mutating func appendInterpolation(_ value: String) { bind(.text(value)) }
        package mutating func appendInterpolation(_ value: String?) { bind(value.map(SQLValue.text) ?? .null) }
        package mutating func appendInterpolation(_ value: Int64) { bind(.integer(value)) }
        package mutating func appendInterpolation(_ value: Int64?) { bind(value.map(SQLValue.integer) ?? .null) }
        package mutating func appendInterpolation(_ value: Int) { bind(.integer(Int64(value))) }
        package mutating func appendInterpolation(_ value: Bool) { bind(.text(value ? "t" : "f")) }
        package mutating func appendInterpolation(_ value: [UInt8]) { bind(.bytes(value)) }
        package mutating func appendInterpolation(_ value: UUIDv7) { bind(.bytes(value.bytes)) }
        package mutating func appendInterpolation<Entity>(_ value: Identifier<Entity>) {
            bind(.bytes(value.uuid.bytes))
        }
        package mutating func appendInterpolation<Entity>(_ value: Identifier<Entity>?) {
            bind(value.map { .bytes($0.uuid.bytes) } ?? .null)
        }
        package mutating func appendInterpolation(_ value: EmailAddress) { bind(.text(value.text)) }
        package mutating func appendInterpolation(_ value: EmailAddress?) {
            bind(value.map { .text($0.text) } ?? .null)
        }
        package mutating func appendInterpolation(_ value: Instant) { bind(.instant(value)) }
        package mutating func appendInterpolation(_ value: Instant?) { bind(value.map(SQLValue.instant) ?? .null) }
        package mutating func appendInterpolation<Entity>(_ values: [Identifier<Entity>]) {
            bind(.array(.uuid, values.map { $0.uuid.bytes }))
        }
        package mutating func appendInterpolation(_ values: [[UInt8]]) { bind(.array(.bytea, values)) }
        package mutating func appendInterpolation(_ values: [String]) {
            bind(.array(.text, values.map { Array($0.utf8) }))
        }

        package mutating func appendInterpolation(_ values: [Int64]) {
            bind(.array(.bigint, values.map { $0.bigEndianBytes }))
        }

        package mutating func appendInterpolation(_ values: [Int64]?) {
            if let values { appendInterpolation(values) } else { bind(.null) }
        }

        private mutating func bind(_ value: SQLValue) {
            values.append(value)
            parts.append(.value)
        }
    }
}

/// Whether `text` contains a NUL; uses `memchr` because a Stripe event has thousands of bytes.
private func hasNUL(_ text: String) -> Bool {
    let bytes = text.utf8.span
    return unsafe bytes.withUnsafeBufferPointer { bytes in
        guard let start = bytes.baseAddress else { return false }
        return unsafe memchr(start, 0, bytes.count) != nil
    }
}

/// A part of a statement's text.
///
/// Literals are compared by their address in the executable, so equal literals from two places may differ; this affects
/// only the reuse of prepared statements.
enum SQLPart: Hashable, Sendable {
    case literal(StaticString)
    case value

    static func == (left: SQLPart, right: SQLPart) -> Bool { left.place == right.place }

    func hash(into hasher: inout Hasher) { hasher.combine(place) }

    /// The literal's address, or its character if it is stored inline; 0 stands for a value.
    private var place: UInt {
        guard case .literal(let text) = self else { return 0 }
        return text.hasPointerRepresentation
            ? unsafe UInt(bitPattern: text.utf8Start) : UInt(text.unicodeScalar.value) + 1
    }
}

/// A bound value, by wire format.
package enum SQLValue: Equatable, Sendable {
    case null
    /// Text format: the server parses it as the type the statement expects.
    case text(String)
    /// Text format, so that it fits every integer type.
    case integer(Int64)
    /// Binary format: `bytea` and `uuid`.
    case bytes([UInt8])
    /// Binary format: `timestamptz`.
    case instant(Instant)
    /// Binary format: a one-dimensional array without NULLs.
    case array(ElementType, [[UInt8]])

    /// The element types of arrays, with their OIDs from `pg_type`.
    package enum ElementType: UInt32, Sendable {
        case bytea = 17
        case bigint = 20
        case text = 25
        case uuid = 2950
    }

    /// Whether the value is sent in binary format.
    var isBinary: Bool {
        switch self {
        case .null, .text, .integer: false
        case .bytes, .instant, .array: true
        }
    }

    /// Appends the value's wire format to `bytes`; returns `false` for NULL, which has none.
    func write(to bytes: inout [UInt8]) -> Bool {
        switch self {
        case .null: return false
        case .text(let text): bytes += text.utf8
        case .integer(let number): bytes.append(decimal: number)
        case .bytes(let value): bytes += value
        case .instant(let instant): (instant.microseconds - postgresEpoch).appendBigEndian(to: &bytes)
        case .array(let type, let elements): writeArray(type, elements, to: &bytes)
        }
        return true
    }
}

/// Postgres's epoch, 2000-01-01, in microseconds since 1970.
let postgresEpoch: Int64 = 946_684_800_000_000

/// Writes an array in Postgres's `array_recv` format: dimensions, null flag, element type, length and lower bound, then
/// the elements.
private func writeArray(_ type: SQLValue.ElementType, _ elements: [[UInt8]], to bytes: inout [UInt8]) {
    Int32(elements.isEmpty ? 0 : 1).appendBigEndian(to: &bytes)
    Int32(0).appendBigEndian(to: &bytes)
    type.rawValue.appendBigEndian(to: &bytes)
    guard !elements.isEmpty else { return }
    Int32(elements.count).appendBigEndian(to: &bytes)
    Int32(1).appendBigEndian(to: &bytes)
    for element in elements {
        Int32(element.count).appendBigEndian(to: &bytes)
        bytes += element
    }
}
