internal import Kernel

/// The shape of a path: literal segments, and segments in braces that hold a value, such as `/orders/{session}/email`.
///
/// Paths are compared as nginx compares them with its locations, so that both take a path for the same: several slashes
/// are one, and an escaped character is that character (RFC 3986 section 6.2.2.2). A slash at the end is ignored.
/// What nginx resolves further, an escaped slash and the segments `.` and `..`, equals no literal and has no value
/// (`PathSegment.text`).
@usableFromInline
package struct PathPattern: Sendable, CustomStringConvertible {
    /// The pattern as it is declared.
    @usableFromInline
    package let description: String
    /// Each segment's bytes; `nil` for one in braces.
    private let segments: [[UInt8]?]

    /// A pattern from its text.
    package init(_ pattern: String) {
        precondition(pattern.hasPrefix("/"), "the path pattern \(pattern) does not begin with a slash")
        description = pattern
        segments = pattern.utf8.split(separator: PathPattern.slash).map {
            $0.first == UInt8(ascii: "{") && $0.last == UInt8(ascii: "}") ? nil : Array($0)
        }
        precondition(valueCount <= PathValues.limit, "the path pattern \(pattern) has too many values")
    }

    /// How many segments are in braces.
    var valueCount: Int { segments.count { $0 == nil } }

    /// Whether the path has this shape, whatever its values are.
    package func matches(_ path: String) -> Bool { values(in: path) != nil }

    /// Where the values are in a path of this shape; `nil` for another path.
    @usableFromInline
    package func values(in path: String) -> PathValues? {
        let bytes = path.utf8.span
        guard !bytes.isEmpty, bytes[0] == PathPattern.slash else { return nil }
        var values = PathValues(path)
        var index = PathPattern.segmentStart(in: bytes, from: 0)
        for segment in segments {
            guard index < bytes.count else { return nil }
            let start = index
            var isEncoded = false
            while index < bytes.count, bytes[index] != PathPattern.slash {
                if bytes[index] == UInt8(ascii: "%") { isEncoded = true }
                index += 1
            }
            if let segment {
                guard PathPattern.equal(bytes.extracting(start..<index), segment) else { return nil }
            } else {
                values.append(start..<index, isEncoded: isEncoded)
            }
            index = PathPattern.segmentStart(in: bytes, from: index)
        }
        return index == bytes.count ? values : nil
    }

    /// Whether every path of `other`'s shape has this one, too.
    func covers(_ other: PathPattern) -> Bool {
        segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { mine, theirs in mine == nil || mine == theirs }
    }

    /// Where the next byte is that is no slash.
    private static func segmentStart(in bytes: borrowing Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] == slash { index += 1 }
        return index
    }

    /// Whether the bytes are `literal` once they are decoded.
    private static func equal(_ bytes: borrowing Span<UInt8>, _ literal: [UInt8]) -> Bool {
        var index = 0
        for expected in literal {
            guard index < bytes.count else { return false }
            if bytes[index] == expected {
                index += 1
            } else {
                guard escaped(bytes, at: index) == expected else { return false }
                index += 3
            }
        }
        return index == bytes.count
    }

    /// The byte that an escape at `index` stands for.
    private static func escaped(_ bytes: borrowing Span<UInt8>, at index: Int) -> UInt8? {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = bytes[index + 1].hexadecimalValue, let low = bytes[index + 2].hexadecimalValue
        else { return nil }
        return high << 4 | low
    }

    private static let slash = UInt8(ascii: "/")
}
