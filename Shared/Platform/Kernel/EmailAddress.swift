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
        let trimmed = String(text.trimmingBlanks())
        let bytes = trimmed.utf8.span
        guard bytes.count <= 254, let at = EmailAddress.position(of: UInt8(ascii: "@"), in: bytes),
            (1...64).contains(at), EmailAddress.isDomain(bytes.extracting((at + 1)...)),
            EmailAddress.isLocalPart(bytes.extracting(..<at))
                ?? trimmed.unicodeScalars.prefix(while: { $0 != "@" }).allSatisfy(isLocalCharacter)
        else { return nil }
        self.text = trimmed
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

    private static func position(of byte: UInt8, in bytes: borrowing Span<UInt8>) -> Int? {
        for index in bytes.indices where bytes[index] == byte { return index }
        return nil
    }

    /// Whether the bytes are a local part in ASCII; `nil` if they are beyond it.
    private static func isLocalPart(_ bytes: borrowing Span<UInt8>) -> Bool? {
        var isValid = true
        for index in bytes.indices {
            guard bytes[index] < 0x80 else { return nil }
            if !isLocalByte(bytes[index]) { isValid = false }
        }
        return isValid
    }

    /// Whether the bytes are two labels or more, of letters, digits and inner hyphens.
    private static func isDomain(_ bytes: borrowing Span<UInt8>) -> Bool {
        let (dash, dot) = (UInt8(ascii: "-"), UInt8(ascii: "."))
        var (labels, start) = (0, 0)
        for index in 0...bytes.count {
            guard index == bytes.count || bytes[index] == dot else {
                guard bytes[index].isASCIIAlphanumeric || bytes[index] == dash else { return false }
                continue
            }
            guard (1...63).contains(index - start), bytes[start] != dash, bytes[index - 1] != dash else { return false }
            (labels, start) = (labels + 1, index + 1)
        }
        return labels >= 2
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
    character.isASCII ? isLocalByte(UInt8(truncatingIfNeeded: character.value)) : isVisible(character)
}

private func isLocalByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
        UInt8(ascii: "-")...UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "?"),
        UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "{")...UInt8(ascii: "~"):
        true
    default: byte.isASCIIAlphanumeric
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
