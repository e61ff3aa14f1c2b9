import FoundationEssentials
import Support
import Testing

@testable import Templates

@Suite("Mustache specification")
struct MustacheSpecTests {
    @Test("gives the specified text", arguments: try SpecCase.all())
    func renders(spec: SpecCase) throws {
        let partials = spec.partials ?? [:]
        let isRaw = ([spec.template] + partials.values).contains { $0.contains("{{{") || $0.contains("{{&") }
        let files = Dictionary(uniqueKeysWithValues: partials.map { ("_\($0.key).html", $0.value) })
        let template = try Template(
            spec.template, file: "case.html", escaping: isRaw ? .plain : .html, shapes: spec.data.mapValues(\.shape),
            parts: TemplateParts(in: files, for: "case.html"))
        #expect(template.render(spec.data.mapValues(\.value)) == spec.expected)
    }
}

/// One case of the specification, as its JSON has it.
struct SpecCase: Decodable, CustomTestStringConvertible {
    let spec: String
    let name: String
    let data: [String: SpecValue]
    let template: String
    let partials: [String: String]?
    let expected: String

    var testDescription: String { "\(spec): \(name)" }

    static func all() throws -> [SpecCase] {
        try vector("mustache/spec.json", as: [SpecCase].self)
    }
}

/// The specification's data in our terms: a truth is a list of one, a falsehood an empty list.
struct SpecValue: Decodable {
    let shape: TemplateShape
    let value: TemplateValue

    init(from decoder: any Decoder) throws {
        let one = try decoder.singleValueContainer()
        if let flag = try? one.decode(Bool.self) {
            (shape, value) = (.list([:]), .list(flag ? [[:]] : []))
        } else if let number = try? one.decode(Int.self) {
            (shape, value) = (.text, .text(String(number)))
        } else if let text = try? one.decode(String.self) {
            (shape, value) = (.text, .text(text))
        } else {
            let elements = try (try? one.decode([[String: SpecValue]].self)) ?? [one.decode([String: SpecValue].self)]
            shape = .list(elements.first?.mapValues(\.shape) ?? [:])
            value = .list(elements.map { $0.mapValues(\.value) })
        }
    }
}
