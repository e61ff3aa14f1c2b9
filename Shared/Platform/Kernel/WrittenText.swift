/// A text as a row of characters, each with its place in the original, also with its escapes decoded.
package struct WrittenText: Sendable {
    /// The characters.
    package private(set) var scalars: [Unicode.Scalar]
    /// For each character its place in the original, counted in Unicode scalars; an escape has several.
    package private(set) var places: [Range<Int>]

    /// Creates the row of the characters of `text`.
    package init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        places = scalars.indices.map { $0..<$0 + 1 }
    }

    /// The text with percent-encoding, quoted-printable, character references and escapes of programming languages
    /// decoded, however often they were encoded; `nil` if there are none.
    package var decoded: WrittenText? {
        var result = self
        for _ in 0..<4 { guard result.decode() else { break } }
        return result.scalars.count == scalars.count ? nil : result
    }

    /// Decodes once; returns whether anything changed.
    private mutating func decode() -> Bool {
        let old = self
        scalars.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        var index = 0
        while index < old.scalars.count {
            let (found, end) = old.escape(at: index) ?? ([old.scalars[index]], index + 1)
            let place = old.places[index].lowerBound..<old.places[end - 1].upperBound
            for scalar in found {
                scalars.append(scalar)
                places.append(place)
            }
            index = end
        }
        return scalars.count < old.scalars.count
    }

    private func escape(at start: Int) -> ([Unicode.Scalar], end: Int)? {
        switch scalars[start] {
        case "%", "=": octets(at: start)
        case "\\": backslashed(at: start)
        case "&": reference(at: start)
        default: nil
        }
    }

    /// Reads one character of UTF-8 in escapes such as `%40` or `=40`.
    private func octets(at start: Int) -> ([Unicode.Scalar], end: Int)? {
        var (bytes, index) = ([UInt8](), start)
        while index < scalars.count, scalars[index] == scalars[start], bytes.count < 4,
            let value = number(index + 1, digits: 2)
        {
            bytes.append(UInt8(truncatingIfNeeded: value))
            index += 3
            if let text = String(validating: bytes, as: UTF8.self) { return (Array(text.unicodeScalars), index) }
        }
        return nil
    }

    /// Reads `\u0040`, `\x40` or `\u{40}`.
    private func backslashed(at start: Int) -> ([Unicode.Scalar], end: Int)? {
        guard start + 1 < scalars.count else { return nil }
        let digits = scalars[start + 1] == "u" ? 4 : scalars[start + 1] == "x" ? 2 : 0
        guard digits > 0 else { return nil }
        if start + 2 < scalars.count, scalars[start + 2] == "{" { return closed(from: start + 3, by: "}", radix: 16) }
        return number(start + 2, digits: digits).flatMap(Unicode.Scalar.init).map { ([$0], start + 2 + digits) }
    }

    /// Reads `&#64;`, `&#x40;` or `&commat;`.
    private func reference(at start: Int) -> ([Unicode.Scalar], end: Int)? {
        let names: [(String, Unicode.Scalar)] = [
            ("&commat;", "@"), ("&period;", "."), ("&hyphen;", "-"), ("&dash;", "-"), ("&nbsp;", " "), ("&lt;", "<"),
            ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""),
        ]
        for (name, scalar) in names where scalars[start...].starts(with: name.unicodeScalars) {
            return ([scalar], start + name.unicodeScalars.count)
        }
        guard start + 2 < scalars.count, scalars[start + 1] == "#" else { return nil }
        let isHexadecimal = scalars[start + 2] == "x" || scalars[start + 2] == "X"
        return closed(from: start + (isHexadecimal ? 3 : 2), by: ";", radix: isHexadecimal ? 16 : 10)
    }

    /// Reads a number up to the character `close`.
    private func closed(from start: Int, by close: Unicode.Scalar, radix: Int) -> ([Unicode.Scalar], end: Int)? {
        guard start < scalars.count, let end = scalars[start...].prefix(9).firstIndex(of: close) else { return nil }
        let digits = String(String.UnicodeScalarView(scalars[start..<end]))
        guard let value = UInt32(digits, radix: radix), let scalar = Unicode.Scalar(value) else { return nil }
        return ([scalar], end + 1)
    }

    private func number(_ start: Int, digits: Int) -> UInt32? {
        guard start + digits <= scalars.count else { return nil }
        var value: UInt32 = 0
        for scalar in scalars[start..<start + digits] {
            guard scalar.isASCII, let digit = UInt8(truncatingIfNeeded: scalar.value).hexadecimalValue else {
                return nil
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
