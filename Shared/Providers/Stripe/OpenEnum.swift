package import JSON

/// An enumeration that Stripe may extend at any time.
package enum OpenEnum<Known: RawRepresentable & Hashable & Sendable>: Hashable, Sendable, JSONReadable
where Known.RawValue == String {
    /// A known value.
    case known(Known)
    /// A value added later.
    case unknown(String)

    /// The value as Stripe writes it.
    package var text: String {
        switch self {
        case .known(let word): word.rawValue
        case .unknown(let text): text
        }
    }

    /// Creates a known value, or else an unknown one.
    package init(_ text: String) { self = Known(rawValue: text).map(OpenEnum.known) ?? .unknown(text) }

    package init(json node: JSONNode) throws(MalformedDocument) {
        self.init(try String(json: node))
    }
}
