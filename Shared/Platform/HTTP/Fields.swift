/// Header fields in the order they came, names compared without regard to case (RFC 9110 section 5.1).
package struct Fields: Sendable, ExpressibleByDictionaryLiteral {
    /// One field line.
    package struct Line: Equatable, Sendable {
        /// The field's name as it came.
        package let name: String
        /// The value without blanks around it.
        package let value: String
    }

    /// Every line, repeated names included.
    package private(set) var lines: [Line] = []

    /// No fields.
    package init() {}

    /// No fields.
    package init(dictionaryLiteral elements: (String, String)...) {
        reserve(elements.count)
        for (name, value) in elements { append(name, value) }
    }

    /// Makes room for `count` more lines, where about as many will come.
    package mutating func reserve(_ count: Int) { lines.reserveCapacity(lines.count + count) }

    /// The first value of `name`, or `nil`.
    package subscript(name: String) -> String? {
        lines.first { equalIgnoringCase($0.name, name) }?.value
    }

    /// Every value of `name`, in order.
    package func values(_ name: String) -> [String] {
        lines.filter { equalIgnoringCase($0.name, name) }.map(\.value)
    }

    /// Adds a line, keeping those with the same name.
    ///
    /// A value that would break the message's framing (CR, LF or NUL) loses those bytes: RFC 9110 section 5.5.
    package mutating func append(_ name: String, _ value: String) {
        lines.append(Line(name: name, value: isOneLine(value) ? value : inOneLine(value)))
    }

    /// Replaces every line of `name` with one.
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

/// Whether two ASCII texts are the same but for case.
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
