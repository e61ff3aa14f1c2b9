internal import Kernel

/// The line numbers of every member and element, by path such as `products.0.slug`, and the source text of each number.
///
/// `JSONNode` reads values and reports the path at fault. It does not report lines, duplicate members, or how a number
/// was written.
package struct JSONOutline: Equatable, Sendable {
    /// Why a text is not JSON, or is ambiguous.
    package struct Fault: Error, Equatable, Sendable {
        /// The line number, from 1.
        package let line: Int
        /// What is wrong, for people.
        package let reason: String
    }

    /// The line of each part, by path.
    package private(set) var lines: [String: Int] = ["": 1]
    /// The source text of each number, by path.
    package private(set) var numbers: [String: String] = [:]

    /// Scans the whole text.
    ///
    /// - Throws: for invalid JSON and for duplicate members.
    package init(_ text: String) throws(Fault) {
        var scanner = Scanner(bytes: Array(text.utf8))
        try scanner.readDocument()
        lines.merge(scanner.lines) { first, _ in first }
        numbers = scanner.numbers
    }

    /// Whether there is a part at `path`.
    package func has(_ path: String) -> Bool { lines[path] != nil }

    /// Returns the line of the part at `path`, or of its closest existing ancestor.
    package func line(of path: String) -> Int {
        if let line = lines[path] { return line }
        guard let dot = path.lastIndex(of: ".") else { return 1 }
        return line(of: String(path[..<dot]))
    }
}

/// A scanner of RFC 8259 that records where each part begins.
private struct Scanner {
    let bytes: [UInt8]
    var lines: [String: Int] = [:]
    var numbers: [String: String] = [:]
    private var index = 0
    private var line = 1
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func readDocument() throws(JSONOutline.Fault) {
        try readValue("")
        skipBlanks()
        if index < bytes.count { throw fault("something follows after the end") }
    }

    private mutating func readValue(_ path: String) throws(JSONOutline.Fault) {
        skipBlanks()
        depth += 1
        defer { depth -= 1 }
        guard depth <= 64 else { throw fault("nested too deeply") }
        switch peek {
        case UInt8(ascii: "{"): try readObject(path)
        case UInt8(ascii: "["): try readArray(path)
        case UInt8(ascii: "\""): _ = try readString()
        case nil: throw fault("the file ends too early")
        default: try readScalar(path)
        }
    }

    private mutating func readObject(_ path: String) throws(JSONOutline.Fault) {
        try readList(until: UInt8(ascii: "}")) { (scanner: inout Scanner, _) throws(JSONOutline.Fault) in
            guard scanner.peek == UInt8(ascii: "\"") else { throw scanner.fault("expected a member's name in quotes") }
            let line = scanner.line
            let name = try scanner.readString()
            let member = path.isEmpty ? name : "\(path).\(name)"
            guard scanner.lines.updateValue(line, forKey: member) == nil else {
                throw scanner.fault("\(member) stands here twice")
            }
            scanner.skipBlanks()
            guard scanner.take(UInt8(ascii: ":")) else { throw scanner.fault("expected a colon after \(member)") }
            try scanner.readValue(member)
        }
    }

    private mutating func readArray(_ path: String) throws(JSONOutline.Fault) {
        try readList(until: UInt8(ascii: "]")) { (scanner: inout Scanner, position) throws(JSONOutline.Fault) in
            let element = path.isEmpty ? "\(position)" : "\(path).\(position)"
            scanner.lines[element] = scanner.line
            try scanner.readValue(element)
        }
    }

    /// Reads the comma-separated content between two brackets.
    private mutating func readList(
        until end: UInt8, _ readElement: (inout Scanner, Int) throws(JSONOutline.Fault) -> Void
    ) throws(JSONOutline.Fault) {
        index += 1
        skipBlanks()
        if take(end) { return }
        var position = 0
        while true {
            skipBlanks()
            if peek == end { throw fault("a comma too many") }
            try readElement(&self, position)
            position += 1
            skipBlanks()
            if take(end) { return }
            guard take(UInt8(ascii: ",")) else {
                throw fault(
                    peek == nil ? "the file ends too early" : "expected a comma or \(Character(Unicode.Scalar(end)))")
            }
        }
    }

    /// Returns the raw text between the quotes: two spellings of one name count as different names.
    private mutating func readString() throws(JSONOutline.Fault) -> String {
        index += 1
        let start = index
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw fault("a text does not end on its line") }
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < bytes.count else { throw fault("a text does not end") }
        defer { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func readScalar(_ path: String) throws(JSONOutline.Fault) {
        let start = index
        while let byte = peek, !" \t\r\n,]}:\"[{".utf8.contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if ["true", "false", "null"].contains(text) { return }
        guard isNumber(text) else {
            throw fault(text.isEmpty ? "expected a value" : "«\(text)» is no value: texts stand in double quotes")
        }
        numbers[path] = text
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, " \t\r\n".utf8.contains(byte) {
            if byte == UInt8(ascii: "\n") { line += 1 }
            index += 1
        }
    }

    private func fault(_ reason: String) -> JSONOutline.Fault { JSONOutline.Fault(line: line, reason: reason) }
}

/// Whether the text is a number as in RFC 8259 section 6: no plus sign, no leading zero, digits on both sides of a
/// point.
private func isNumber(_ text: String) -> Bool {
    let unsigned = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let mantissa = unsigned.prefix { $0 != "e" && $0 != "E" }
    var exponent = unsigned.dropFirst(mantissa.count)
    if !exponent.isEmpty {
        exponent = exponent.dropFirst()
        if let sign = exponent.first, "+-".contains(sign) { exponent = exponent.dropFirst() }
        guard isDigits(exponent) else { return false }
    }
    let parts = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, parts.allSatisfy(isDigits) else { return false }
    return whole == "0" || !whole.hasPrefix("0")
}

private func isDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(\.isASCIIDigit)
}
