import JSON
import Kernel

extension JSONValue {
    /// A member of an object; `null` if there is none.
    ///
    /// Setting a member of anything but an object does nothing.
    subscript(name: String) -> JSONValue {
        get {
            guard case .object(let members) = self else { return .null }
            return members.first { $0.0 == name }?.1 ?? .null
        }
        set {
            guard case .object(var members) = self else { return }
            if let index = members.firstIndex(where: { $0.0 == name }) {
                members[index].1 = newValue
            } else {
                members.append((name, newValue))
            }
            self = .object(members)
        }
    }

    /// The string, if it is one.
    var string: String? {
        switch self {
        case .string(let text), .own(let text): text
        default: nil
        }
    }

    /// The integer, if it is one.
    var integer: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    /// Whether it is `true`.
    var isTrue: Bool { self == .bool(true) }

    /// Whether it is `null`.
    var isNull: Bool { self == .null }

    /// The elements of an array; empty for anything else.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The members of an object; empty for anything else.
    var members: [(String, JSONValue)] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    /// Returns a string, or `null`.
    static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// Returns the object with these members set.
    func setting(_ members: [(String, JSONValue)]) -> JSONValue {
        var copy = self
        for (name, value) in members { copy[name] = value }
        return copy
    }
}
