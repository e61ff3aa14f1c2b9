import Testing

@testable import JSON

@Suite("JSON outline")
struct JSONOutlineTests {
    @Test("every member and element has the line it begins on")
    func lines() throws {
        let outline = try JSONOutline(
            """
            {
              "a": 1, "b":
                [true,
                 {"c d": "x\\"}\\\\"}, -0.5e+3],
              "é": {}
            }
            """)
        #expect(
            outline.lines == [
                "": 1, "a": 2, "b": 2, "b.0": 3, "b.1": 4, "b.1.c d": 4, "b.2": 4, "é": 5,
            ])
        #expect(outline.line(of: "b.1.nothing.there") == 4)
        #expect(outline.line(of: "z") == 1)
    }

    @Test(
        "what is no JSON, or could be read in two ways, is told with its line",
        arguments: [
            ("", 1, "the file ends too early"),
            ("{\n\"a\": 1,\n}", 3, "a comma too many"),
            ("[1,\n2,]", 2, "a comma too many"),
            ("{\n\"a\" 1}", 2, "expected a colon after a"),
            ("{\n\"a\": 1\n\"b\": 2}", 3, "expected a comma or }"),
            ("{\n\"a\": 'x'}", 2, "«'x'» is no value: texts stand in double quotes"),
            ("{\n\"a\": 01}", 2, "«01» is no value: texts stand in double quotes"),
            ("{\n\"a\": 1.}", 2, "«1.» is no value: texts stand in double quotes"),
            ("{\n\"a\": +1}", 2, "«+1» is no value: texts stand in double quotes"),
            ("{\n\"a\": }", 2, "expected a value"),
            ("{\na: 1}", 2, "expected a member's name in quotes"),
            ("{\n\"a\": \"x\n\"}", 2, "a text does not end on its line"),
            ("{\n\"a\": \"x", 2, "a text does not end"),
            ("{\n\"a\": [1", 2, "the file ends too early"),
            ("{\"a\": 1,\n\"a\": 2}", 2, "a stands here twice"),
            ("{}\n\n{}", 3, "something follows after the end"),
            ("{}\n// done", 2, "something follows after the end"),
            (String(repeating: "[", count: 100), 1, "nested too deeply"),
        ])
    func faults(text: String, line: Int, reason: String) {
        #expect(throws: JSONOutline.Fault(line: line, reason: reason)) { try JSONOutline(text) }
    }
}
