/// A mail taken apart by rules of our own: header fields, and the parts between boundary lines.
struct ReadMail {
    struct Field {
        let name: String
        let value: String
    }

    struct Part {
        let type: String
        let encoding: String
        let content: [UInt8]
    }

    let fields: [Field]
    let parts: [Part]

    init(_ bytes: [UInt8]) throws(BrokenPromise) {
        let all = lines(bytes)
        let head = all.prefix { !$0.isEmpty }
        fields = try ReadMail.fields(head)
        let type = fields.last?.value ?? ""
        let mark = "multipart/alternative; boundary=\""
        try promise(type.hasPrefix(mark) && type.hasSuffix("\""), "the boundary is named: \(type)")
        let boundary = Array("--\(type.dropFirst(mark.utf8.count).dropLast())".utf8)
        let sections = all.dropFirst(head.count + 1).split(omittingEmptySubsequences: false) {
            $0.starts(with: boundary)
        }
        let marks = all.filter { $0.starts(with: boundary) }
        try promise(marks, is: [boundary, boundary, boundary + Array("--".utf8)], "the boundary stands three times")
        try promise(
            sections.first?.isEmpty == true && sections.last?.isEmpty == true, "nothing stands outside the parts")
        parts = try sections.dropFirst().dropLast().map(ReadMail.part)
    }

    /// The value of the field that stands once by that name.
    func value(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    /// Unfolded, RFC 5322 section 2.2.3.
    private static func fields(_ lines: some Sequence<[UInt8]>) throws(BrokenPromise) -> [Field] {
        var texts: [String] = []
        for line in lines.map({ String(decoding: $0, as: UTF8.self) }) {
            if line.hasPrefix(" "), let last = texts.popLast() {
                try promise(line != " ", "no line is blank")
                texts.append(last + line)
            } else {
                texts.append(line)
            }
        }
        return try texts.map { text throws(BrokenPromise) in
            let name = text.prefix { $0 != ":" }
            let value = text.dropFirst(name.count + 1)
            try promise(!name.isEmpty && !name.contains(" ") && name != text, "a header line has a name: \(text)")
            return Field(name: String(name), value: String(value.drop { $0 == " " }))
        }
    }

    private static func part(_ lines: ArraySlice<[UInt8]>) throws(BrokenPromise) -> Part {
        let fields = try fields(lines.prefix { !$0.isEmpty })
        try promise(fields.map(\.name), is: ["Content-Type", "Content-Transfer-Encoding"], "a part has two fields")
        let content = lines.dropFirst(3)
        return Part(
            type: fields[0].value, encoding: fields[1].value, content: Array(content.joined(separator: [13, 10])))
    }
}

extension ReadMail.Part {
    /// The content's bytes before their transfer encoding.
    func decoded() throws(BrokenPromise) -> [UInt8] {
        switch encoding {
        case "base64": return try base64Decoded(content.filter { $0 != 13 && $0 != 10 })
        case "quoted-printable": return try quotedPrintableDecoded(content)
        default: throw BrokenPromise("an encoding of RFC 2045: \(encoding)")
        }
    }
}
