/// One segment of a request's path, still percent-encoded.
@usableFromInline
package struct PathSegment: Sendable {
    private let encoded: Substring
    private let isEncoded: Bool

    fileprivate init(_ encoded: Substring, isEncoded: Bool) {
        self.encoded = encoded
        self.isEncoded = isEncoded
    }

    /// The decoded text; `nil` for an invalid escape, invalid UTF-8, or a segment that nginx treats differently: one
    /// that contains a slash or NUL, or is `.` or `..`.
    ///
    /// nginx resolves those before it matches its locations, but forwards the path unchanged. A function that accepted
    /// them would serve a path that nginx matched to another location.
    package var text: String? {
        guard isEncoded else { return PathSegment.isDots(encoded.utf8) ? nil : String(encoded) }
        guard let text = PercentCoding.decode(encoded), !PathSegment.isDots(text[...].utf8) else { return nil }
        return text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 } ? nil : text
    }

    private static func isDots(_ text: Substring.UTF8View) -> Bool {
        text.first == UInt8(ascii: ".") && text.count <= 2 && text.last == UInt8(ascii: ".")
    }
}

/// The segments that match a pattern's placeholders, stored without allocation.
@usableFromInline
package struct PathValues: Sendable {
    /// The maximum number of placeholders in a pattern.
    static let limit = 4

    private let path: String
    private var count = 0
    private var places = InlineArray<4, (range: Range<Int>, isEncoded: Bool)>(repeating: (0..<0, false))

    init(_ path: String) { self.path = path }

    /// The segment of the placeholder at `index`.
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

/// A type that a placeholder of a `PathPattern` is parsed into.
@usableFromInline
package protocol PathParameter: Sendable {
    /// Parses the segment; `nil` results in 404.
    static func parse(_ segment: PathSegment) -> Self?
}

/// The decoded segment.
extension String: PathParameter {
    @usableFromInline
    package static func parse(_ segment: PathSegment) -> String? { segment.text }
}

/// An unparsable segment becomes `nil`, for a route that shows its own 404 page.
extension Optional: PathParameter where Wrapped: PathParameter {
    @inlinable
    package static func parse(_ segment: PathSegment) -> Wrapped?? { .some(Wrapped.parse(segment)) }
}
