/// A plausible e-mail address without display name, comment, quoting or control character.
///
/// The grammar is that of browsers for `<input type=email>`, with RFC 5321's length limits; any valid address can be
/// used unchanged in an SMTP command and in a header.
/// Source: <https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address>
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The address as given, trimmed.
    package let text: String

    /// Parses `text` in ASCII; `nil` if it is not an address we can send to.
    package init?(_ text: String) {
        guard let address = EmailAddress(stored: text), !address.needsSMTPUTF8 else { return nil }
        self = address
    }

    /// Parses `text` as it is stored: the domain in A-labels, the local part in any script (RFC 6531 section 3.3).
    ///
    /// `nil` if it is not an address. Characters that are invisible or separate words are in no local part: nobody could
    /// tell such an address from another one.
    package init?(stored text: String) {
        let trimmed = text.trimmingBlanks()
        guard trimmed.utf8.count <= 254 else { return nil }
        let parts = Array(trimmed.utf8).split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), EmailAddress.isDomain(parts[1]),
            trimmed.unicodeScalars.prefix(while: { $0 != "@" }).allSatisfy(isLocalCharacter)
        else { return nil }
        self.text = String(trimmed)
    }

    /// Whether only servers with SMTPUTF8 (RFC 6531) can send to it, because its local part is beyond ASCII.
    package var needsSMTPUTF8: Bool { text.utf8.contains { $0 >= 0x80 } }

    /// A masked form for logs and screens: `b…@example.com` keeps the first character and the domain.
    package var masked: String {
        let at = text.firstIndex(of: "@") ?? text.endIndex
        return "\(text.prefix(1))…\(text[at...])"
    }

    package var description: String { masked }
    package var debugDescription: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func isDomain(_ text: ArraySlice<UInt8>) -> Bool {
        let dash = UInt8(ascii: "-")
        let labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != dash && label.last != dash
                    && label.allSatisfy { $0.isASCIIAlphanumeric || $0 == dash }
            }
    }
}

extension String {
    /// Returns the text without spaces, tabs and line ends at either end.
    package func trimmingBlanks() -> Substring { self[...].trimmingBlanks() }
}

extension Substring {
    /// Returns the text without spaces, tabs and line ends at either end.
    package func trimmingBlanks() -> Substring {
        let bytes = utf8
        var (start, end) = (bytes.startIndex, bytes.endIndex)
        while start < end, isBlank(bytes[start]) { start = bytes.index(after: start) }
        while start < end, isBlank(bytes[bytes.index(before: end)]) { end = bytes.index(before: end) }
        return self[start..<end]
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...10).contains(byte) || byte == 13 }

private func isLocalCharacter(_ character: Unicode.Scalar) -> Bool {
    switch character {
    case ".", "!", "#", "$", "%", "&", "'", "*", "+", "/", "=", "?", "^", "_", "`", "{", "|", "}", "~", "-": true
    case "\0"..."\u{7F}": UInt8(character.value).isASCIIAlphanumeric
    default: isVisible(character)
    }
}

/// Whether a character beyond ASCII is a letter, a mark, a number or a symbol.
private func isVisible(_ character: Unicode.Scalar) -> Bool {
    switch character.properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        false
    default: true
    }
}
