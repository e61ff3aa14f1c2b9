package import JSON

/// The ID of one of Stripe's objects, such as `cs_test_a1YS1URl`.
///
/// Only letters, digits, `_` and `-`, so that an ID from a stranger's address can stand in a path of ours.
package struct StripeID: Hashable, Sendable, JSONReadable, CustomStringConvertible {
    /// The ID as Stripe writes it.
    package let text: String

    /// An ID from its text; `nil` when it is empty, longer than 255 bytes or has other characters.
    package init?(_ text: some StringProtocol) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy(StripeID.isAllowed) else { return nil }
        self.text = String(text)
    }

    /// Reads an ID; where Stripe put the object itself in the ID's place («expanded»), reads its `id`.
    ///
    /// Source: <https://docs.stripe.com/api/expanding_objects>
    package init(json node: JSONNode) throws(MalformedDocument) {
        guard let text = node.id, let id = StripeID(text) else { throw MalformedDocument(field: "") }
        self = id
    }

    package var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
