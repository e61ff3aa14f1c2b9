internal import Kernel

/// A validated absolute `https` or `http` link for use in a mail; any other scheme, such as `javascript:`, is rejected.
package struct WebLink: Hashable, Sendable {
    /// The link's text.
    package let text: String

    /// Parses a link; `nil` unless it is printable ASCII with a host, and without quotes, angle brackets and
    /// backslashes.
    package init?(_ text: String) {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix),
            let host = text.utf8.dropFirst(scheme.utf8.count).first, isHostStart(host),
            text.utf8.count <= 2_000, text.utf8.allSatisfy(isLinkCharacter)
        else { return nil }
        self.text = text
    }
}

private func isHostStart(_ byte: UInt8) -> Bool { byte.isASCIIAlphanumeric || byte == UInt8(ascii: "[") }

private let excluded = Set("\"<>\\^`{|}".utf8)

private func isLinkCharacter(_ byte: UInt8) -> Bool { (33...126).contains(byte) && !excluded.contains(byte) }
