/// One segment of a request's path, as it came: percent-encoding and all.
@usableFromInline
package struct PathSegment: Sendable {
    private let encoded: Substring
    private let isEncoded: Bool

    fileprivate init(_ encoded: Substring, isEncoded: Bool) {
        self.encoded = encoded
        self.isEncoded = isEncoded
    }

    /// The decoded text; `nil` when an escape is broken, when the bytes are not UTF-8, and when the segment is not one
    /// for nginx: it holds a slash or NUL, or is `.` or `..`.
    ///
    /// nginx resolves those before it compares a path with its locations, and hands the path on as it came. A function
    /// that used them would serve a path that the front door took for another.
    package var text: String? {
        guard isEncoded else { return PathSegment.isDots(encoded.utf8) ? nil : String(encoded) }
        guard let text = PercentCoding.decode(encoded), !PathSegment.isDots(text[...].utf8) else { return nil }
        return text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 } ? nil : text
    }

    private static func isDots(_ text: Substring.UTF8View) -> Bool {
        text.first == UInt8(ascii: ".") && text.count <= 2 && text.last == UInt8(ascii: ".")
    }
}

/// The segments of a path that stand for the values in a pattern; they are found without an allocation.
@usableFromInline
package struct PathValues: Sendable {
    /// The most values that one path holds.
    static let limit = 4

    private let path: String
    private var count = 0
    private var places = InlineArray<4, (range: Range<Int>, isEncoded: Bool)>(repeating: (0..<0, false))

    init(_ path: String) { self.path = path }

    /// The segment of the value at `index`.
    @usableFromInline
    package subscript(index: Int) -> PathSegment {
        let (range, isEncoded) = places[index]
        let start = path.utf8.index(path.startIndex, offsetBy: range.lowerBound)
        let end = path.utf8.index(start, offsetBy: range.count)
        return PathSegment(path[start..<end], isEncoded: isEncoded)
    }

    mutating func append(_ range: Range<Int>, isEncoded: Bool) {
        places[count] = (range, isEncoded)
        count += 1
    }
}

/// What a segment in braces of a `PathPattern` is parsed into.
@usableFromInline
package protocol PathParameter: Sendable {
    /// Parses the segment; `nil` is a path that leads nowhere, 404.
    static func parse(_ segment: PathSegment) -> Self?
}

/// The decoded segment.
extension String: PathParameter {
    @usableFromInline
    package static func parse(_ segment: PathSegment) -> String? { segment.text }
}

/// `nil` where the segment cannot be parsed, for a route with a 404 of its own.
extension Optional: PathParameter where Wrapped: PathParameter {
    @inlinable
    package static func parse(_ segment: PathSegment) -> Wrapped?? { .some(Wrapped.parse(segment)) }
}
