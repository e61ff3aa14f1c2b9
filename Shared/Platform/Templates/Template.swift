internal import Kernel

/// A checked template: every name in it has a value whenever it is rendered.
package struct Template: Sendable {
    private let nodes: [TemplateNode]
    private let escaping: TemplateEscaping

    /// Parses a Mustache template: variables, sections, inverted sections, partials and comments.
    ///
    /// - Throws: all faults, by line: invalid syntax, a name that `shapes` lacks, or an unused name from `needed`.
    package init(
        _ text: String, file: String, escaping: TemplateEscaping, shapes: [String: TemplateShape],
        needed: Set<String> = [], parts: TemplateParts = .none
    ) throws(TemplateFaults) {
        var faults: [TemplateFault] = []
        do throws(TemplateFault) {
            var parser = try TemplateParser(text, file: file, escaping: escaping, shapes: shapes, parts: parts)
            nodes = try parser.nodes()
            faults = parser.faults
            for name in needed.subtracting(parser.used).sorted() {
                faults.append(TemplateFault(file: file, line: nil, reason: "{{\(name)}} is missing from this mail"))
            }
        } catch {
            throw TemplateFaults(faults: [error])
        }
        guard faults.isEmpty else { throw TemplateFaults(faults: faults) }
        self.escaping = escaping
    }

    /// Renders the template with `values`.
    package func render(_ values: [String: TemplateValue]) -> String {
        var text = ""
        render(nodes, [values], into: &text)
        return text
    }

    private func render(_ nodes: [TemplateNode], _ contexts: [[String: TemplateValue]], into text: inout String) {
        for node in nodes {
            switch node {
            case .text(let literal): text += literal
            case .variable(let name):
                if case .text(let value)? = look(name, contexts) { text += escaping.apply(value) }
            case .section(let name, let inner):
                for context in elements(look(name, contexts)) { render(inner, contexts + [context], into: &text) }
            case .inverted(let name, let inner):
                if elements(look(name, contexts)).isEmpty { render(inner, contexts, into: &text) }
            }
        }
    }

    private func look(_ name: String, _ contexts: [[String: TemplateValue]]) -> TemplateValue? {
        for context in contexts.reversed() {
            if let value = context[name] { return value }
        }
        return nil
    }

    private func elements(_ value: TemplateValue?) -> [[String: TemplateValue]] {
        switch value {
        case .text?: [[:]]
        case .list(let elements)?: elements
        case nil: []
        }
    }
}

/// A node of a parsed template.
enum TemplateNode: Equatable, Sendable {
    case text(String)
    case variable(String)
    case section(String, [TemplateNode])
    case inverted(String, [TemplateNode])
}

/// How values are escaped.
package enum TemplateEscaping: Sendable {
    /// No escaping: plain text and subjects.
    case plain
    /// Escapes the five characters that are special in an element's content or a quoted attribute.
    case html

    /// Returns `text`, escaped.
    func apply(_ text: String) -> String {
        switch self {
        case .plain: text
        case .html: HTML.escape(text)
        }
    }
}
