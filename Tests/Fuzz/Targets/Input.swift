/// Choices and texts cut from a fuzzer's bytes.
///
/// What is missing reads as zero or empty, so that every input means something and small changes have small effects.
struct Input {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// One of so many choices.
    mutating func choice(of count: Int) -> Int { Int(byte()) % count }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

    /// A number of as many bytes as its type has.
    mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number {
        bytes(Number.bitWidth / 8).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    /// The bytes before the next NUL, which is taken too.
    mutating func piece() -> [UInt8] {
        let piece = rest.prefix { $0 != 0 }
        rest = rest.dropFirst(piece.count + 1)
        return Array(piece)
    }

    /// The text before the next NUL, mended where it is not UTF-8, as the server does with what it reads.
    mutating func text() -> String { String(decoding: piece(), as: UTF8.self) }

    /// All that is left.
    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
