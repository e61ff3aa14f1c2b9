import Kernel
import Testing

@Suite("JSON value")
struct JSONValueTests {
    @Test("escapes what RFC 8259 says must be escaped")
    func escapes() {
        #expect(JSONValue.string("a\"b\\c\n\u{1}é").text == "\"a\\\"b\\\\c\\n\\u0001é\"")
    }

    @Test("keeps the order of members")
    func order() {
        let value = JSONValue.object([("b", 1), ("a", .array([true, .null, .number(1.5), .number(.infinity)]))])
        #expect(value.text == #"{"b":1,"a":[true,null,1.5,null]}"#)
    }

    @Test("writes a serialized document unchanged")
    func written() {
        #expect(JSONValue.object([("a", .written(#"{"b": 1.00}"#))]).text == #"{"a":{"b": 1.00}}"#)
    }
}
