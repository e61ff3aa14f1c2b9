package import JSON

/// A word out of a list that Stripe may make longer at any time.
package enum OpenEnum<Known: RawRepresentable & Hashable & Sendable>: Hashable, Sendable, JSONReadable
where Known.RawValue == String {
    /// A word we know.
    case known(Known)
    /// A word that was added since.
    case unknown(String)

    /// The word as Stripe writes it.
    package var text: String {
        switch self {
        case .known(let word): word.rawValue
        case .unknown(let text): text
        }
    }

    /// Sorts a word under those we know or the others.
    package init(_ text: String) { self = Known(rawValue: text).map(OpenEnum.known) ?? .unknown(text) }

    package init(json node: JSONNode) throws(MalformedDocument) {
        self.init(try String(json: node))
    }
}
