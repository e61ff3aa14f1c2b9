import JSON

/// A valid document with one value exchanged for another, or left out.
package struct Mutation: Sendable {
    /// Where, such as `data.object.amount`.
    package let path: String
    /// The whole document.
    package let text: String

    /// What a value is exchanged for: other types, numbers that no column holds, unknown words, texts with NUL, too long
    /// texts.
    private static let values = [
        "null", "true", "0", "-1", "1e300", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
        "\"\"",
        "\"unheard_of\"", "\"99999999999999999999\"", "\"0\"", "\"a\\u0000b\"",
        "\"\(String(repeating: "long", count: 2_000))\"", "[]", "{}",
    ]

    /// Every mutation of `document` by one value.
    package static func all(of document: String) throws -> [Mutation] {
        try variants(of: JSONNode(Array(document.utf8)), at: "")
    }

    private static func variants(of node: JSONNode, at path: String) -> [Mutation] {
        let exchanged = path.isEmpty ? [] : values.map { Mutation(path: path, text: $0) }
        if let members = node.members {
            let texts = members.map { "\(JSONValue.string($0.name).text):\($0.value.json)" }
            return exchanged
                + members.indices.flatMap { index -> [Mutation] in
                    let name = members[index].name
                    let place = path.isEmpty ? name : "\(path).\(name)"
                    let rest = texts.enumerated().filter { $0.offset != index }.map(\.element)
                    return [Mutation(path: place, text: "{\(rest.joined(separator: ","))}")]
                        + variants(of: members[index].value, at: place).map { inner in
                            let member = "\(JSONValue.string(name).text):\(inner.text)"
                            return Mutation(path: inner.path, text: "{\(([member] + rest).joined(separator: ","))}")
                        }
                }
        }
        if let elements = node.elements {
            return exchanged
                + elements.indices.flatMap { index in
                    variants(of: elements[index], at: "\(path).\(index)").map { inner in
                        var texts = elements.map(\.json)
                        texts[index] = inner.text
                        return Mutation(path: inner.path, text: "[\(texts.joined(separator: ","))]")
                    }
                }
        }
        return exchanged
    }
}
