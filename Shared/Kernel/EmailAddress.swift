/// A deliverable-looking e-mail address without display name, comment, quoting or control character.
///
/// The grammar is the one browsers apply to `<input type=email>`, with RFC 5321's lengths; whatever passes can
/// stand in an SMTP command and in a header as it is.
/// Source: <https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address>
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The address as it was given, without blanks around it.
    package let text: String

    /// An address; `nil` when `text` is none that we can send to.
    package init?(_ text: String) {
        let trimmed = text.trimmingBlanks()
        let parts = trimmed.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), trimmed.utf8.count <= 254,
            parts[0].utf8.allSatisfy(isLocalCharacter), EmailAddress.isDomain(parts[1])
        else { return nil }
        self.text = String(trimmed)
    }

    /// A form fit for logs and screens: `b…@example.com` keeps the first character and the domain.
    package var masked: String {
        let at = text.firstIndex(of: "@") ?? text.endIndex
        return "\(text.prefix(1))…\(text[at...])"
    }

    package var description: String { masked }
    package var debugDescription: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func isDomain(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }
            }
    }
}

extension StringProtocol {
    /// Without spaces, tabs and line ends at either end.
    package func trimmingBlanks() -> SubSequence {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return self[endIndex..<endIndex]
        }
        return self[first...last]
    }
}

private let localPunctuation = Set(".!#$%&'*+/=?^_`{|}~-".utf8)

private func isLocalCharacter(_ byte: UInt8) -> Bool { byte.isASCIIAlphanumeric || localPunctuation.contains(byte) }
