/// Header fields in order, with case-insensitive names (RFC 9110 section 5.1).
package struct Fields: Sendable, ExpressibleByDictionaryLiteral {
    /// One field line.
    package struct Line: Equatable, Sendable {
        /// The field's name, as received.
        package let name: String
        /// The value, trimmed.
        package let value: String
    }

    /// All lines, including repeated names.
    package private(set) var lines: [Line] = []

    /// Creates an empty list.
    package init() {}

    /// Creates a list from a dictionary literal, in its order.
    package init(dictionaryLiteral elements: (String, String)...) {
        reserve(elements.count)
        for (name, value) in elements { append(name, value) }
    }

    /// Reserves capacity for `count` more lines.
    package mutating func reserve(_ count: Int) { lines.reserveCapacity(lines.count + count) }

    /// The first value of `name`; `nil` if there is none.
    package subscript(name: String) -> String? {
        lines.first { equalIgnoringCase($0.name, name) }?.value
    }

    /// Returns all values of `name`, in order.
    package func values(_ name: String) -> [String] {
        lines.filter { equalIgnoringCase($0.name, name) }.map(\.value)
    }

    /// Appends a line, and keeps existing lines with the same name.
    ///
    /// Bytes that would break the message's framing (CR, LF, NUL) are removed from the value: RFC 9110 section 5.5.
    package mutating func append(_ name: String, _ value: String) {
        lines.append(Line(name: name, value: isOneLine(value) ? value : inOneLine(value)))
    }

    /// Replaces all lines of `name` by one.
    package mutating func set(_ name: String, _ value: String) {
        lines.removeAll { equalIgnoringCase($0.name, name) }
        append(name, value)
    }
}

extension Fields: Equatable {
    package static func == (left: Fields, right: Fields) -> Bool { left.lines == right.lines }
}

private func isOneLine(_ value: String) -> Bool {
    let bytes = value.utf8.span
    for index in bytes.indices where bytes[index] == 13 || bytes[index] == 10 || bytes[index] == 0 { return false }
    return true
}

private func inOneLine(_ value: String) -> String {
    String(value.unicodeScalars.filter { !"\r\n\0".unicodeScalars.contains($0) }.map(Character.init))
}

/// Compares two texts, ignoring the case of ASCII letters.
package func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
    let (left, right) = (left.utf8.span, right.utf8.span)
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] {
        guard lowercased(left[index]) == lowercased(right[index]) else { return false }
    }
    return true
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
