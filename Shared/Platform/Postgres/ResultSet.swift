internal import CPostgres
package import Kernel

/// The rows of one statement, freed with this value.
@safe
package struct ResultSet: ~Copyable {
    private let raw: OpaquePointer

    init(owning raw: OpaquePointer) { unsafe self.raw = raw }
    deinit { unsafe PQclear(raw) }

    /// The number of rows.
    package var rowCount: Int { unsafe Int(PQntuples(raw)) }

    /// The number of rows that an INSERT, UPDATE or DELETE affected.
    package var affectedRows: Int { unsafe Int(String(cString: PQcmdTuples(raw))) ?? 0 }

    /// Lends one row.
    package func withRow<Output>(
        _ index: Int, _ body: (borrowing Row) throws(PostgresFault) -> Output
    ) throws(PostgresFault) -> Output {
        try body(unsafe Row(raw: raw, index: Int32(index)))
    }
}

/// One row, lent for a call; columns are numbered from 0 in the statement's order.
@safe
package struct Row: ~Copyable {
    private let raw: OpaquePointer
    private let index: Int32

    init(raw: OpaquePointer, index: Int32) {
        unsafe self.raw = raw
        self.index = index
    }

    /// Returns whether the column is NULL.
    package func isNull(_ column: Int) -> Bool { unsafe PQgetisnull(raw, index, Int32(column)) == 1 }

    /// Reads the column's bytes in binary format; `nil` for NULL.
    package func optionalBytes(_ column: Int) -> [UInt8]? {
        guard !isNull(column), let start = unsafe PQgetvalue(raw, index, Int32(column)) else { return nil }
        let count = unsafe Int(PQgetlength(raw, index, Int32(column)))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Reads a `bytea`.
    package func bytes(_ column: Int) throws(PostgresFault) -> [UInt8] { try required(column, optionalBytes(column)) }

    /// Reads a `text`, `varchar`, `citext` or enumeration; `nil` for NULL.
    package func optionalText(_ column: Int) throws(PostgresFault) -> String? {
        guard let bytes = optionalBytes(column) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a text that is never NULL.
    package func text(_ column: Int) throws(PostgresFault) -> String { try required(column, optionalText(column)) }

    /// Reads a `smallint`, `integer` or `bigint`; `nil` for NULL.
    package func optionalInteger(_ column: Int) throws(PostgresFault) -> Int64? {
        guard let bytes = optionalBytes(column) else { return nil }
        return try integer(bytes, column)
    }

    private func integer(_ bytes: [UInt8], _ column: Int) throws(PostgresFault) -> Int64 {
        guard [2, 4, 8].contains(bytes.count) else { throw mismatch(column, "an integer") }
        let unsigned = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = UInt64(64 - bytes.count * 8)
        return Int64(bitPattern: unsigned << unused) >> Int64(unused)
    }

    /// Reads an integer that is never NULL.
    package func integer(_ column: Int) throws(PostgresFault) -> Int64 { try required(column, optionalInteger(column)) }

    /// Reads a `boolean` that is never NULL.
    package func bool(_ column: Int) throws(PostgresFault) -> Bool {
        let bytes = try bytes(column)
        guard bytes.count == 1 else { throw mismatch(column, "a boolean") }
        return bytes[0] != 0
    }

    /// Reads a `timestamptz`; `nil` for NULL.
    package func optionalInstant(_ column: Int) throws(PostgresFault) -> Instant? {
        guard let bytes = optionalBytes(column) else { return nil }
        guard let instant = Row.instant(bytes) else { throw mismatch(column, "a timestamptz") }
        return instant
    }

    /// Reads a `timestamptz` that is never NULL.
    package func instant(_ column: Int) throws(PostgresFault) -> Instant {
        try required(column, optionalInstant(column))
    }

    /// Reads a `uuid` as an entity's ID; `nil` for NULL.
    package func optionalID<Entity>(_ column: Int) throws(PostgresFault) -> Identifier<Entity>? {
        guard let bytes = optionalBytes(column) else { return nil }
        guard let uuid = UUIDv7(bytes: bytes) else { throw mismatch(column, "a uuid") }
        return Identifier(uuid)
    }

    /// Reads an ID that is never NULL.
    package func id<Entity>(_ column: Int) throws(PostgresFault) -> Identifier<Entity> {
        try required(column, optionalID(column))
    }

    /// Reads a one-dimensional array without NULLs as each element's bytes.
    package func array(_ column: Int) throws(PostgresFault) -> [[UInt8]] {
        var rest = try bytes(column)[...]
        func number() throws(PostgresFault) -> Int {
            guard rest.count >= 4 else { throw mismatch(column, "an array") }
            defer { rest = rest.dropFirst(4) }
            return Int(Int32(bitPattern: rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }))
        }
        let dimensions = try number()
        _ = (try number(), try number())
        guard dimensions == 1 else {
            if dimensions == 0 { return [] }
            throw mismatch(column, "an array of one dimension")
        }
        let count = try number()
        _ = try number()
        var elements: [[UInt8]] = []
        for _ in 0..<count {
            let length = try number()
            guard length >= 0, rest.count >= length else { throw mismatch(column, "an array without nulls") }
            elements.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return elements
    }

    /// Reads an array of texts.
    package func texts(_ column: Int) throws(PostgresFault) -> [String] {
        try array(column).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads an array of `timestamptz`.
    package func instants(_ column: Int) throws(PostgresFault) -> [Instant] {
        try array(column).map { bytes throws(PostgresFault) in
            guard let instant = Row.instant(bytes) else { throw mismatch(column, "an array of timestamptz") }
            return instant
        }
    }

    /// Reads an array of integers.
    package func integers(_ column: Int) throws(PostgresFault) -> [Int64] {
        var numbers: [Int64] = []
        for bytes in try array(column) { numbers.append(try integer(bytes, column)) }
        return numbers
    }

    /// Reads an array of IDs.
    package func ids<Entity>(_ column: Int) throws(PostgresFault) -> [Identifier<Entity>] {
        var ids: [Identifier<Entity>] = []
        for bytes in try array(column) {
            guard let uuid = UUIDv7(bytes: bytes) else { throw mismatch(column, "an array of uuid") }
            ids.append(Identifier(uuid))
        }
        return ids
    }

    private static func instant(_ bytes: [UInt8]) -> Instant? {
        guard bytes.count == 8 else { return nil }
        let microseconds = Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        return Instant(microseconds: microseconds &+ postgresEpoch)
    }

    private func required<Value>(_ column: Int, _ value: Value?) throws(PostgresFault) -> Value {
        guard let value else { throw mismatch(column, "a value, not NULL") }
        return value
    }

    private func mismatch(_ column: Int, _ expected: String) -> PostgresFault {
        .unexpectedAnswer("column \(column) is not \(expected)")
    }
}
