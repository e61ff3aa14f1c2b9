import JSON
import Testing

@Suite struct JSONNodeTests {
    private func node(_ text: String) throws(MalformedDocument) -> JSONNode { try JSONNode(Array(text.utf8)) }

    @Test func readsEveryKindOfValue() throws {
        let whole = try node(#"{"n":null,"t":true,"i":-7,"s":"Grüße\n\u0000\ud83c\udfb9","a":[1,[]],"o":{"x":{}}}"#)
        let members = try #require(whole.members)
        #expect(members.map(\.name) == ["n", "t", "i", "s", "a", "o"])
        #expect(members.map(\.value.kind) == [.null, .bool, .number, .string, .array, .object])
        #expect(whole["n"] == nil)
        #expect(whole["t"]?.bool == true)
        #expect(whole["i"]?.integer == -7)
        #expect(whole["s"]?.string == "Grüße\n\0🎹")
        #expect(whole["a"]?.elements?.map(\.kind) == [.number, .array])
        #expect(whole["o"]?["x"]?.members?.isEmpty == true)
    }

    @Test func isNothingOfAnotherKind() throws {
        let whole = try node(#"{"s":"1","i":1,"t":true,"a":[]}"#)
        #expect(whole["i"]?.string == nil)
        #expect(whole["s"]?.integer == nil)
        #expect(whole["t"]?.integer == nil)
        #expect(whole["i"]?.bool == nil)
        #expect(whole["a"]?.members == nil)
        #expect(whole.elements == nil)
        #expect(whole["s"]?["x"] == nil)
        #expect(whole["x"] == nil)
    }

    @Test(arguments: [
        ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), ("9223372036854775808", nil),
        ("18446744073709551616", nil), ("-9223372036854775809", nil), ("1e3", nil), ("2.0", nil), ("1.5", nil),
        ("1e300", nil), ("-0", 0),
    ])
    func readsWholeNumbersThatFit(text: String, number: Int64?) throws {
        #expect(try node("[\(text)]").elements?.first?.integer == number)
    }

    @Test(arguments: [
        "", " ", "{", "{\"a\":1,}", "[1,]", "{'a':1}", "{a:1}", "[01]", "[+1]", "[.5]", "[1.]", "[NaN]", "[Infinity]",
        "[1]x", "[1][2]", "// a\n[1]", "[\"\u{1}\"]", "[\"\\x\"]", "[\"\\ud800\"]", "\u{feff}[1]", "nul", "\"",
    ])
    func takesNothingButJSON(text: String) {
        #expect(throws: MalformedDocument(field: "")) { try node(text) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x5B, 0x00, 0x5D],
    ])
    func takesNothingButUTF8(bytes: [UInt8]) {
        #expect(throws: MalformedDocument(field: "")) { try JSONNode(bytes) }
    }

    @Test func readsWhatIsNestedDeeplyWithoutEnding() throws {
        let depth = 200_000
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(try node(text).json == text)
        #expect(throws: MalformedDocument(field: "")) { try node(String(repeating: "[", count: depth)) }
    }

    @Test func countsTheFirstOfTwoMembersOfOneName() throws {
        let whole = try node(#"{"a":1,"a":2}"#)
        #expect(whole["a"]?.integer == 1)
        #expect(try [String: Int64](json: whole) == ["a": 1])
    }

    @Test func writesItselfWithoutBlanksAndInOrder() throws {
        let text = #"{ "z": [1, -2, 1.5, "a\"b/\u00e9\n"], "a": null, "m": {"t": true} }"#
        #expect(try node(text).json == #"{"z":[1,-2,1.5,"a\"b/é\n"],"a":null,"m":{"t":true}}"#)
        #expect(try node(text)["m"]?.json == #"{"t":true}"#)
    }

    @Test func livesAsLongAsOneOfItsValues() throws {
        func value() throws -> JSONNode? { try node(#"{"a":{"b":"a text that is too long to be in place"}}"#)["a"] }
        let inner = try #require(try value())
        #expect(inner["b"]?.string == "a text that is too long to be in place")
    }
}
