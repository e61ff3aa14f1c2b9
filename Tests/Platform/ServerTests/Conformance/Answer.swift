/// One response as received.
struct Answer: Sendable {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: String

    /// Returns the values of `name`, in order.
    func values(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}

/// Why bytes are not a sequence of responses.
enum AnswerFault: Error {
    case broken(String)
}

/// Splits what a server sent into responses, by the framing rules of RFC 9112 section 6.3.
///
/// - Parameter firstIsHead: whether the first final response is to `HEAD`, and so has no body.
func answers(in bytes: [UInt8], firstIsHead: Bool) throws(AnswerFault) -> [Answer] {
    var rest = bytes[...]
    var found: [Answer] = []
    var isHead = firstIsHead
    while !rest.isEmpty {
        let lines = try headLines(&rest)
        let words = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "HTTP/1.1", words[1].utf8.count == 3, let status = Int(words[1]) else {
            throw .broken("status line \(lines[0])")
        }
        let fields = try lines.dropFirst().map { (line) throws(AnswerFault) in try field(line) }
        let length = fields.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        let bodyless = isHead || status < 200 || status == 204 || status == 304
        guard bodyless || rest.count >= length else { throw .broken("body cut short") }
        let body = rest.prefix(bodyless ? 0 : length)
        rest = rest.dropFirst(body.count)
        if status >= 200 { isHead = false }
        found.append(Answer(status: status, fields: fields, body: String(decoding: body, as: UTF8.self)))
    }
    return found
}

private func headLines(_ rest: inout ArraySlice<UInt8>) throws(AnswerFault) -> [String] {
    var lines: [String] = []
    while let end = rest.firstIndex(of: 10) {
        guard end > rest.startIndex, rest[end - 1] == 13 else { throw .broken("bare line feed") }
        let line = String(decoding: rest[rest.startIndex..<(end - 1)], as: UTF8.self)
        rest = rest[(end + 1)...]
        if line.isEmpty, !lines.isEmpty { return lines }
        lines.append(line)
    }
    throw .broken("no end of header in \(lines) \(String(decoding: rest, as: UTF8.self))")
}

private func field(_ line: String) throws(AnswerFault) -> (name: String, value: String) {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { throw .broken("field \(line)") }
    return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
}
