import Testing

@testable import Templates

@Suite("Template")
struct TemplateTests {
    static let shapes: [String: TemplateShape] = [
        "name": .text, "amount": .optionalText, "keys": .list(["key": .text, "name": .text]),
    ]

    func render(
        _ text: String, _ values: [String: TemplateValue] = [:], escaping: TemplateEscaping = .plain
    ) throws -> String {
        try Template(text, file: "t", escaping: escaping, shapes: TemplateTests.shapes).render(values)
    }

    @Test("escapes the five characters in HTML and nothing in text")
    func escapes() throws {
        let value = #"<a href="x" title='y'>&amp;"#
        let escaped = "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;"
        #expect(try render("{{name}}", ["name": .text(value)], escaping: .html) == escaped)
        #expect(try render("{{name}}{{{name}}}{{&name}}", ["name": .text(value)]) == value + value + value)
    }

    @Test("never reads a value as a template")
    func valuesAreInert() throws {
        #expect(try render("{{name}}", ["name": .text("{{amount}}")]) == "{{amount}}")
    }

    @Test("looks a name up in the element first, then further out")
    func scopes() throws {
        let values: [String: TemplateValue] = [
            "name": .text("outer"), "amount": .text("5"),
            "keys": .list([["key": .text("a"), "name": .text("inner")], ["key": .text("b"), "name": .text("two")]]),
        ]
        let text = "{{name}}: {{#keys}}{{key}} {{name}}{{#amount}} {{amount}}{{/amount}}; {{/keys}}"
        #expect(try render(text, values) == "outer: a inner 5; b two 5; ")
    }

    @Test("leaves out a section whose value is absent, and writes its inverse")
    func absent() throws {
        let text = "[{{#amount}}paid {{amount}}{{/amount}}{{^amount}}free{{/amount}}]"
        #expect(try render(text, ["amount": .list([])]) == "[free]")
        #expect(try render(text, ["amount": .text("9")]) == "[paid 9]")
    }

    @Test(
        "refuses what could go wrong for a buyer, by line",
        arguments: [
            ("Hi\n{{nmae}}", 2, "unknown name 'nmae'; known here: amount, keys, name"),
            ("{{#keys}}\n\n{{licence}}{{/keys}}", 3, "unknown name 'licence'; known here: amount, key, keys, name"),
            ("{{key}}", 1, "unknown name 'key'; known here: amount, keys, name"),
            ("{{#kyes}}{{/kyes}}", 1, "unknown name 'kyes'; known here: amount, keys, name"),
            ("{{^kyes}}{{/kyes}}", 1, "unknown name 'kyes'; known here: amount, keys, name"),
            ("{{amount}}", 1, "'amount' may be absent; put it inside {{#amount}} and {{/amount}}"),
            (
                "{{^amount}}{{amount}}{{/amount}}", 1,
                "'amount' may be absent; put it inside {{#amount}} and {{/amount}}"
            ),
            ("{{keys}}", 1, "'keys' is a list; open it with {{#keys}}"),
            ("{{#name}}{{/name}}", 1, "'name' is always there; write {{name}} without a section"),
            ("\r\n\r\n{{name", 3, "this tag is never closed with }}"),
            ("{{{name}}", 1, "this tag is never closed with }}}"),
            ("a\n{{#keys}}\nb", 2, "{{#keys}} or {{^keys}} is never closed"),
            ("{{#keys}}\n{{/name}}", 2, "{{/name}} closes 'keys', which was opened in line 1"),
            ("\n\n\n{{/keys}}", 4, "{{/keys}} closes nothing"),
            ("{{! a\nb }}\n{{> footer}}", 3, "there is no _footer.txt beside this file"),
            ("{{> ../footer}}", 1, "'../footer' is not a name: letters and digits only, without dots or blanks"),
            ("{{< layout}}", 1, "parents and blocks are not supported; share text with {{> name}}"),
            ("{{$ block}}", 1, "parents and blocks are not supported; share text with {{> name}}"),
            ("{{=<% %>=}}", 1, "other delimiters are not supported; {{ and }} are the only ones"),
            ("{{#each keys}}", 1, "'each keys' is not a name: letters and digits only, without dots or blanks"),
            ("{{a.b}}", 1, "'a.b' is not a name: letters and digits only, without dots or blanks"),
            ("{{.}}", 1, "'.' is not a name: letters and digits only, without dots or blanks"),
            ("{{}}", 1, "'' is not a name: letters and digits only, without dots or blanks"),
        ])
    func refuses(text: String, line: Int, reason: String) throws {
        let thrown = try #require(throws: TemplateFaults.self) {
            try Template(
                text, file: "receipt.txt", escaping: .plain, shapes: TemplateTests.shapes,
                parts: TemplateParts(in: [:], for: "receipt.txt"))
        }
        #expect(thrown.faults == [TemplateFault(file: "receipt.txt", line: line, reason: reason)])
    }

    @Test("refuses raw output in HTML", arguments: ["{{{name}}}", "{{&name}}", "{{& name }}"])
    func refusesRaw(text: String) throws {
        let thrown = try #require(throws: TemplateFaults.self) { try render(text, escaping: .html) }
        #expect(thrown.description == "t:1: raw output of 'name' is not supported in HTML; write {{name}}")
    }

    @Test("names every unknown name together, and a needed one that is nowhere")
    func together() throws {
        let thrown = try #require(throws: TemplateFaults.self) {
            try Template("{{a}}\n{{b}}", file: "t", escaping: .plain, shapes: ["c": .text], needed: ["c"])
        }
        #expect(thrown.faults.map(\.line) == [1, 2, nil])
        #expect(thrown.faults.last?.reason == "{{c}} is missing from this mail")
    }
}
