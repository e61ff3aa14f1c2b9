package import JSON
internal import Kernel

/// The ID of one of Stripe's objects, such as `cs_test_a1YS1URl`.
///
/// Only letters, digits, `_` and `-`, so that an ID from a stranger's address can stand in a path of ours.
package struct StripeID: Hashable, Sendable, JSONReadable, CustomStringConvertible {
    /// The ID as Stripe writes it.
    package let text: String

    /// An ID from its text; `nil` when it is empty, longer than 255 bytes or has other characters.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        let bytes = text.utf8.span
        guard (1...255).contains(bytes.count) else { return nil }
        for index in bytes.indices where !StripeID.isAllowed(bytes[index]) { return nil }
        self.text = text
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
        byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
