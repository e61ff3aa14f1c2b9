/// Quoted-printable encoding, RFC 2045 section 6.7.
enum QuotedPrintable {
    /// Encodes `text`, with LF line ends, as lines of at most 76 bytes separated by CRLF.
    ///
    /// A soft line break never splits a character, for readers that decode line by line.
    static func encode(_ text: String) -> [UInt8] {
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count * 5 / 4)
        var (index, column) = (0, 0)
        while index < source.count {
            let end = endOfPlain(source, from: index, columns: 75 - column)
            bytes += source[index..<end]
            (index, column) = (end, column + end - index)
            guard index < source.count else { break }
            if source[index] == lineFeed {
                bytes += "\r\n".utf8
                (index, column) = (index + 1, 0)
                continue
            }
            let length = scalarLength(source[index])
            if column + (isPlain(source, at: index) ? 1 : 3 * length) > 75 {
                bytes += "=\r\n".utf8
                column = 0
            } else {
                for byte in source[index..<index + length] { append(byte, to: &bytes) }
                (index, column) = (index + length, column + 3 * length)
            }
        }
        return bytes
    }

    /// Returns the end of the bytes that need no encoding, at most `columns` of them.
    private static func endOfPlain(_ source: [UInt8], from start: Int, columns: Int) -> Int {
        let line = source.span.extracting(start..<min(source.count, start + columns))
        for index in line.indices {
            let byte = line[index]
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "=") { continue }
            guard isPlain(source, at: start + index) else { return start + index }
        }
        return start + line.count
    }

    /// Appends `=` and the byte in upper-case hexadecimal.
    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "="))
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
    }

    /// Whether the byte needs no encoding; a space or tab does at the end of a line.
    private static func isPlain(_ source: [UInt8], at index: Int) -> Bool {
        switch source[index] {
        case UInt8(ascii: " "), UInt8(ascii: "\t"): index + 1 < source.count && source[index + 1] != lineFeed
        case UInt8(ascii: "="): false
        case UInt8(ascii: "!")...UInt8(ascii: "~"): true
        default: false
        }
    }

    /// Returns the length of the UTF-8 sequence that starts with this byte (RFC 3629 section 3).
    private static func scalarLength(_ first: UInt8) -> Int {
        switch first {
        case ..<0xC0: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let digits = Array("0123456789ABCDEF".utf8)
}
