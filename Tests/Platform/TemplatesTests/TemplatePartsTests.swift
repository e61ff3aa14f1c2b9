import Testing

@testable import Templates

@Suite("Template parts")
struct TemplatePartsTests {
    private func template(_ text: String, _ files: [String: String]) throws -> Template {
        try Template(
            text, file: "receipt.txt", escaping: .plain, shapes: TemplateTests.shapes, needed: ["name"],
            parts: TemplateParts(in: files, for: "receipt.txt"))
    }

    private func faults(_ text: String, _ files: [String: String]) throws -> String {
        try #require(throws: TemplateFaults.self) { try template(text, files) }.description
    }

    @Test("are read where they stand, with the names known there, and count as a use of a name")
    func scope() throws {
        let keys: TemplateValue = .list([["key": .text("a"), "name": .text("x")]])
        let parts = ["_key.txt": "{{name}} {{key}}\n"]
        #expect(try template("{{#keys}}\n{{> key}}\n{{/keys}}", parts).render(["keys": keys]) == "x a\n")
    }

    @Test("come from files of the same kind only, so that no HTML gets into a text")
    func kinds() throws {
        #expect(try template("{{name}}{{> a}}", ["_a.txt": "text", "_a.html": "<p>"]).render([:]) == "text")
        for files in [["_a.html": "<p>"], ["a.txt": "x"]] {
            #expect(try faults("{{name}}{{> a}}", files) == "receipt.txt:1: there is no _a.txt beside this file")
        }
    }

    @Test("that name what the mail has not are told by their own file and line, and by the mail")
    func unknown() throws {
        let files = ["_a.txt": "\n{{> b}}", "_b.txt": "\n\n{{key}}"]
        #expect(
            try faults("{{name}}{{> a}}", files)
                == "_b.txt:3: unknown name 'key'; known here: amount, keys, name (in receipt.txt)")
    }

    @Test("close what they open")
    func sections() throws {
        let open = ["_a.txt": "{{#keys}}"]
        #expect(
            try faults("{{name}}{{> a}}{{/keys}}", open) == "_a.txt:1: {{#keys}} or {{^keys}} is never closed")
        let close = ["_a.txt": "{{/keys}}"]
        #expect(try faults("{{name}}{{#keys}}{{> a}}", close) == "_a.txt:1: {{/keys}} closes nothing")
    }

    @Test(
        "cannot contain themselves, at any remove",
        arguments: [
            (["_a.txt": "{{> a}}"], "_a.txt:1: _a.txt would contain itself"),
            (["_a.txt": "\n{{> b}}", "_b.txt": "{{> a}}"], "_b.txt:1: _a.txt would contain itself"),
        ])
    func endless(files: [String: String], fault: String) throws {
        #expect(try faults("{{name}}{{> a}}", files) == fault)
    }

    @Test("may be used twice in one mail")
    func twice() throws {
        #expect(try template("{{name}}{{> a}}{{> a}}", ["_a.txt": "x"]).render([:]) == "xx")
    }
}
