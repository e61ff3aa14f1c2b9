internal import Kernel

/// A token of a template.
enum TemplateToken: Equatable {
    case text(String)
    case tag(TemplateTag, line: Int)
}

/// A supported Mustache tag.
enum TemplateTag: Equatable {
    case variable(String)
    case raw(String)
    case section(String)
    case inverted(String)
    case close(String)
    /// A partial, with the white space before its tag if the tag is alone on its line.
    case part(String, indent: String)
    case comment
}

/// Splits a template into text and tags as in the Mustache specification, version 1.4.
///
/// Parents, blocks and other delimiters are rejected.
/// Source: <https://github.com/mustache/spec>
struct TemplateLexer {
    private let source: [UInt8]
    private let file: String
    private var position = 0
    private var line = 1

    init(_ text: String, file: String) {
        source = Array(text.utf8)
        self.file = file
    }

    /// Returns all tokens, in order; a standalone tag, except a variable, leaves no line behind.
    mutating func tokens() throws(TemplateFault) -> [TemplateToken] {
        var tokens: [TemplateToken] = []
        while let start = find("{{", from: position) {
            var (tag, end) = try tag(at: start)
            let standalone = tag.leavesNoLine ? lineAround(start, end) : nil
            tokens.append(.text(decode(position..<(standalone?.lowerBound ?? start))))
            if case .part(let name, _) = tag, let standalone {
                tag = .part(name, indent: decode(standalone.lowerBound..<start))
            }
            tokens.append(.tag(tag, line: lineNumber(at: start)))
            advance(to: standalone?.upperBound ?? end)
        }
        tokens.append(.text(decode(position..<source.count)))
        return tokens.filter { $0 != .text("") }
    }

    private func tag(at start: Int) throws(TemplateFault) -> (TemplateTag, end: Int) {
        let isTriple = source[start...].starts(with: "{{{".utf8)
        let closing = isTriple ? "}}}" : "}}"
        let inner = start + closing.utf8.count
        guard let end = find(closing, from: inner) else {
            throw fault(at: start, "this tag is never closed with \(closing)")
        }
        let content = decode(inner..<end)
        let tag: TemplateTag = isTriple ? .raw(try name(content, at: start)) : try classify(content, at: start)
        return (tag, end + closing.utf8.count)
    }

    private func classify(_ content: String, at start: Int) throws(TemplateFault) -> TemplateTag {
        let rest = String(content.dropFirst())
        switch content.first {
        case "!": return .comment
        case "#": return .section(try name(rest, at: start))
        case "^": return .inverted(try name(rest, at: start))
        case "/": return .close(try name(rest, at: start))
        case "&": return .raw(try name(rest, at: start))
        case ">": return .part(try name(rest, at: start), indent: "")
        case "<", "$": throw fault(at: start, "parents and blocks are not supported; share text with {{> name}}")
        case "=": throw fault(at: start, "other delimiters are not supported; {{ and }} are the only ones")
        default: return .variable(try name(content, at: start))
        }
    }

    private func name(_ content: String, at start: Int) throws(TemplateFault) -> String {
        let name = String(SafeText.singleLine(content))
        guard !name.isEmpty, name.utf8.allSatisfy(\.isASCIIAlphanumeric) else {
            throw fault(at: start, "'\(name)' is not a name: letters and digits only, without dots or blanks")
        }
        return name
    }

    /// Returns the whole line, including its end, if the tag between `start` and `end` is alone on it.
    private func lineAround(_ start: Int, _ end: Int) -> Range<Int>? {
        var first = start
        while first > 0, isBlank(source[first - 1]) { first -= 1 }
        guard first == 0 || source[first - 1] == newline else { return nil }
        var last = end
        while last < source.count, isBlank(source[last]) { last += 1 }
        if last == source.count { return first..<last }
        if source[last...].starts(with: "\r\n".utf8) { return first..<(last + 2) }
        return source[last] == newline ? first..<(last + 1) : nil
    }

    private func find(_ text: String, from index: Int) -> Int? {
        let wanted = Array(text.utf8)
        var rest = source[min(index, source.count)...]
        while let start = rest.firstIndex(of: wanted[0]) {
            rest = source[start...]
            if rest.starts(with: wanted) { return start }
            rest.removeFirst()
        }
        return nil
    }

    private func decode(_ range: Range<Int>) -> String { String(decoding: source[range], as: UTF8.self) }

    private func fault(at index: Int, _ reason: String) -> TemplateFault {
        TemplateFault(file: file, line: lineNumber(at: index), reason: reason)
    }

    private func lineNumber(at index: Int) -> Int { line + source[position..<index].count { $0 == newline } }

    private mutating func advance(to index: Int) {
        line = lineNumber(at: index)
        position = index
    }
}

extension TemplateTag {
    /// Whether a line that contains only this tag is removed.
    fileprivate var leavesNoLine: Bool {
        switch self {
        case .variable, .raw: false
        case .section, .inverted, .close, .comment, .part: true
        }
    }
}

private let newline = UInt8(ascii: "\n")

private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
