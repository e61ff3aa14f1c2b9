/// One segment of a request's path, as it came: percent-encoding and all.
package struct PathSegment: Sendable {
    /// The segment's bytes between two slashes.
    package let encoded: Substring

    /// The decoded text; `nil` when an escape is broken, when the bytes are not UTF-8, and when the segment is not one
    /// for nginx: it holds a slash or NUL, or is `.` or `..`.
    ///
    /// nginx resolves those before it compares a path with its locations, and hands the path on as it came. A function
    /// that used them would serve a path that the front door took for another.
    package var text: String? {
        guard encoded.utf8.contains(UInt8(ascii: "%")) else {
            return PathSegment.isDots(encoded) ? nil : String(encoded)
        }
        guard let text = PercentCoding.decode(encoded), !PathSegment.isDots(text[...]) else { return nil }
        return text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 } ? nil : text
    }

    private static func isDots(_ text: Substring) -> Bool { text == "." || text == ".." }
}

/// What a segment in braces of a `PathPattern` is parsed into.
package protocol PathParameter: Sendable {
    /// Parses the segment; `nil` is a path that leads nowhere, 404.
    static func parse(_ segment: PathSegment) -> Self?
}

/// The decoded segment.
extension String: PathParameter {
    package static func parse(_ segment: PathSegment) -> String? { segment.text }
}

/// `nil` where the segment cannot be parsed, for a route with a 404 of its own.
extension Optional: PathParameter where Wrapped: PathParameter {
    package static func parse(_ segment: PathSegment) -> Wrapped?? { .some(Wrapped.parse(segment)) }
}
