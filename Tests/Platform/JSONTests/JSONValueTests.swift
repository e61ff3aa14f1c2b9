import JSON
import Kernel
import Testing

@Suite("JSON value")
struct JSONValueTests {
    @Test("escapes a byte wherever it is in a text of any length, and no other byte", arguments: 0...17)
    func places(length: Int) throws {
        for index in 0...length {
            for scalar in (0...0xFF).compactMap({ Unicode.Scalar(UInt32($0)) }) {
                var text = String(repeating: "~", count: index) + "é"
                text.unicodeScalars.append(scalar)
                text += String(repeating: "!", count: length - index)
                let written = JSONValue.string(text).utf8
                #expect(try JSONNode(written).string == text)
                let isEscaped = scalar.value < 0x20 || [0x22, 0x5C, 0x7F].contains(scalar.value)
                #expect((written.count > text.utf8.count + 2) == isEscaped, "\(scalar.value) at \(index)")
            }
        }
    }

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
