import JSON
import Kernel

extension JSONValue {
    /// The document in Stripe's format: indented by two blanks, `id` and `object` first, the rest alphabetical.
    var pretty: String {
        var text = ""
        writePretty(to: &text, indent: "")
        return text
    }

    private func writePretty(to text: inout String, indent: String) {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            text += "["
            for (index, element) in elements.enumerated() {
                text += index > 0 ? ",\n\(indent)  " : "\n\(indent)  "
                element.writePretty(to: &text, indent: indent + "  ")
            }
            text += "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            text += "{"
            for (index, member) in members.sorted(by: stripeOrder).enumerated() {
                text += index > 0 ? ",\n\(indent)  " : "\n\(indent)  "
                text += JSONValue.string(member.0).text + ": "
                member.1.writePretty(to: &text, indent: indent + "  ")
            }
            text += "\n\(indent)}"
        default: text += self.text
        }
    }
}

private func stripeOrder(_ left: (String, JSONValue), _ right: (String, JSONValue)) -> Bool {
    (rank(left.0), left.0) < (rank(right.0), right.0)
}

private func rank(_ name: String) -> Int { name == "id" ? 0 : name == "object" ? 1 : 2 }
