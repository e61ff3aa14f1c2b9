/// Builds a tree from a template's tokens, and checks every name against those that the mail declares.
struct TemplateParser {
    private let file: String
    private let escaping: TemplateEscaping
    private let parts: TemplateParts
    /// The chain of including files, starting with the template.
    private let users: [String]
    private var tokens: ArraySlice<TemplateToken>
    private var scopes: [[String: TemplateShape]]
    /// The names that the template uses.
    private(set) var used: Set<String> = []
    /// Undeclared names; syntax errors are thrown instead, because they make the rest meaningless.
    private(set) var faults: [TemplateFault] = []

    init(
        _ text: String, file: String, escaping: TemplateEscaping, shapes: [String: TemplateShape],
        parts: TemplateParts
    ) throws(TemplateFault) {
        var lexer = TemplateLexer(text, file: file)
        tokens = try lexer.tokens()[...]
        self.file = file
        self.escaping = escaping
        self.parts = parts
        users = []
        scopes = [shapes]
    }

    /// Parses a part in the context of the including `user`, with the names in scope there.
    private init(_ text: String, file: String, in user: TemplateParser) throws(TemplateFault) {
        var lexer = TemplateLexer(text, file: file)
        tokens = try lexer.tokens()[...]
        self.file = file
        escaping = user.escaping
        parts = user.parts
        users = user.users + [user.file]
        scopes = user.scopes
    }

    /// Returns the nodes up to the end of the file.
    mutating func nodes() throws(TemplateFault) -> [TemplateNode] { try nodes(in: nil) }

    private mutating func nodes(in open: OpenSection?) throws(TemplateFault) -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        while let token = tokens.popFirst() {
            guard case .tag(let tag, let line) = token else {
                if case .text(let text) = token { nodes.append(.text(text)) }
                continue
            }
            if case .close(let name) = tag {
                try checkClose(name, line, open)
                return nodes
            }
            nodes += try self.nodes(of: tag, line)
        }
        if let open { throw fault(open.line, "{{#\(open.name)}} or {{^\(open.name)}} is never closed") }
        return nodes
    }

    private mutating func nodes(of tag: TemplateTag, _ line: Int) throws(TemplateFault) -> [TemplateNode] {
        switch tag {
        case .comment, .close: return []
        case .part(let name, let indent): return try part(name, indent: indent, line)
        case .variable(let name), .raw(let name):
            checkVariable(name, line, isRaw: tag == .raw(name))
            return [.variable(name)]
        case .section(let name):
            scopes.append(namesInside(name, line))
            defer { scopes.removeLast() }
            return [.section(name, try nodes(in: OpenSection(name: name, line: line)))]
        case .inverted(let name):
            _ = namesInside(name, line)
            return [.inverted(name, try nodes(in: OpenSection(name: name, line: line)))]
        }
    }

    private mutating func part(_ name: String, indent: String, _ line: Int) throws(TemplateFault) -> [TemplateNode] {
        let partFile = parts.file(name)
        guard !(users + [file]).contains(partFile) else { throw fault(line, "\(partFile) would contain itself") }
        guard let text = parts.text(name, indent: indent) else {
            note(line, "there is no \(partFile) beside this file")
            return []
        }
        var part = try TemplateParser(text, file: partFile, in: self)
        let nodes = try part.nodes()
        used.formUnion(part.used)
        faults += part.faults
        return nodes
    }

    private mutating func checkVariable(_ name: String, _ line: Int, isRaw: Bool) {
        if isRaw, escaping == .html {
            note(line, "raw output of '\(name)' is not supported in HTML; write {{\(name)}}")
        }
        switch shape(of: name, line) {
        case .text?, nil: break
        case .optionalText?:
            note(line, "'\(name)' may be absent; put it inside {{#\(name)}} and {{/\(name)}}")
        case .list?: note(line, "'\(name)' is a list; open it with {{#\(name)}}")
        }
    }

    private mutating func namesInside(_ name: String, _ line: Int) -> [String: TemplateShape] {
        switch shape(of: name, line) {
        case .list(let names)?: return names
        case .optionalText?: return [name: .text]
        case .text?:
            note(line, "'\(name)' is always there; write {{\(name)}} without a section")
            return [:]
        case nil: return [:]
        }
    }

    private mutating func shape(of name: String, _ line: Int) -> TemplateShape? {
        used.insert(name)
        for scope in scopes.reversed() {
            if let shape = scope[name] { return shape }
        }
        let known = Set(scopes.flatMap(\.keys)).sorted().joined(separator: ", ")
        note(line, "unknown name '\(name)'; known here: \(known)")
        return nil
    }

    private func checkClose(_ name: String, _ line: Int, _ open: OpenSection?) throws(TemplateFault) {
        guard let open else { throw fault(line, "{{/\(name)}} closes nothing") }
        guard open.name == name else {
            throw fault(line, "{{/\(name)}} closes '\(open.name)', which was opened in line \(open.line)")
        }
    }

    /// Records a fault; in a part it also names the including template, because other mails may declare other names.
    private mutating func note(_ line: Int, _ reason: String) {
        faults.append(fault(line, users.first.map { "\(reason) (in \($0))" } ?? reason))
    }

    private func fault(_ line: Int, _ reason: String) -> TemplateFault {
        TemplateFault(file: file, line: line, reason: reason)
    }
}

private struct OpenSection {
    let name: String
    let line: Int
}
