internal import Kernel

/// A path pattern of literal segments and placeholders in braces, such as `/orders/{session}/email`.
///
/// Paths are matched the way nginx matches its locations, so that both interpret a path in the same way: repeated
/// slashes count as one, and escapes are decoded (RFC 3986 section 6.2.2.2). A trailing slash is ignored. Escaped
/// slashes and the segments `.` and `..`, which nginx resolves further, match no literal and have no value
/// (`PathSegment.text`).
@usableFromInline
package struct PathPattern: Sendable, CustomStringConvertible {
    /// The pattern as declared.
    @usableFromInline
    package let description: String
    /// The bytes of each segment; `nil` for a placeholder.
    private let segments: [[UInt8]?]

    /// Parses a pattern.
    package init(_ pattern: String) {
        precondition(pattern.hasPrefix("/"), "the path pattern \(pattern) does not begin with a slash")
        description = pattern
        segments = pattern.utf8.split(separator: PathPattern.slash).map {
            $0.first == UInt8(ascii: "{") && $0.last == UInt8(ascii: "}") ? nil : Array($0)
        }
        precondition(valueCount <= PathValues.limit, "the path pattern \(pattern) has too many values")
    }

    /// The number of placeholders.
    var valueCount: Int { segments.count { $0 == nil } }

    /// Whether the pattern matches `path`, whatever the values are.
    package func matches(_ path: String) -> Bool { values(in: path) != nil }

    /// Returns the positions of the values in `path`; `nil` if it does not match.
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

    /// Whether every path that matches `other` matches this pattern too.
    func covers(_ other: PathPattern) -> Bool {
        segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { mine, theirs in mine == nil || mine == theirs }
    }

    /// Returns the position of the next byte that is not a slash.
    private static func segmentStart(in bytes: borrowing Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] == slash { index += 1 }
        return index
    }

    /// Whether the decoded bytes equal `literal`.
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

    /// Returns the byte that the escape at `index` encodes.
    private static func escaped(_ bytes: borrowing Span<UInt8>, at index: Int) -> UInt8? {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = bytes[index + 1].hexadecimalValue, let low = bytes[index + 2].hexadecimalValue
        else { return nil }
        return high << 4 | low
    }

    private static let slash = UInt8(ascii: "/")
}
