package import JSON
internal import Kernel

/// The ID of a Stripe object, such as `cs_test_a1YS1URl`.
///
/// It contains only letters, digits, `_` and `-`, so that an ID from an untrusted URL can be used in a path of ours.
package struct StripeID: Hashable, Sendable, JSONReadable, CustomStringConvertible {
    /// The ID as Stripe writes it.
    package let text: String

    /// Parses an ID; `nil` if it is empty, longer than 255 bytes or has other characters.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        let bytes = text.utf8.span
        guard (1...255).contains(bytes.count) else { return nil }
        for index in bytes.indices where !StripeID.isAllowed(bytes[index]) { return nil }
        self.text = text
    }

    /// Reads an ID, or the `id` of an expanded object in its place.
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
