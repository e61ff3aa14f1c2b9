/// A character of a text that people typed or programs wrote, by what it stands for.
///
/// Everything follows from Unicode's properties of the character, so that a letter is the same in every width and
/// style, whatever input method, font or document it went through.
package enum TypedCharacter: Equatable, Sendable {
    /// A letter or digit that stands for one of ASCII, in upper case.
    case symbol(UInt8)
    /// Another letter or digit.
    case letter
    /// A mark on the character in front of it, such as an accent.
    case mark
    /// It has no shape of its own: direction and variation marks, joiners, soft hyphens, zero-width spaces.
    case invisible
    case blank
    case dash
    case quotationMark
    /// A commercial at, in any width.
    case at
    /// A full stop, in any width, as domains may be written with (RFC 3490, section 3.1).
    case dot
    /// Any other punctuation or symbol.
    case punctuation
    /// A control character other than white space, or one that Unicode does not know.
    case control

    /// Classifies a character.
    package init(_ scalar: Unicode.Scalar) {
        self =
            scalar.isASCII
            ? TypedCharacter(ascii: UInt8(truncatingIfNeeded: scalar.value)) : TypedCharacter(beyondASCII: scalar)
    }

    private init(ascii byte: UInt8) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): self = .symbol(byte & ~0x20)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .symbol(byte)
        case 9...13, 32: self = .blank
        case 0..<32, 127: self = .control
        case UInt8(ascii: "-"): self = .dash
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): self = .quotationMark
        case UInt8(ascii: "@"): self = .at
        case UInt8(ascii: "."): self = .dot
        default: self = .punctuation
        }
    }

    private init(beyondASCII scalar: Unicode.Scalar) {
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint || properties.generalCategory == .format {
            self = .invisible
        } else if properties.isWhitespace {
            self = .blank
        } else if let symbol = scalar.asciiSymbol {
            self = .symbol(symbol)
        } else {
            self = TypedCharacter(properties)
        }
    }

    /// Classifies a character that stands for no letter or digit of ASCII.
    private init(_ properties: Unicode.Scalar.Properties) {
        let name = properties.name ?? ""
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: self = .mark
        case _ where properties.isDash: self = .dash
        // Input methods for Japanese write the prolonged sound mark where a Latin keyboard has the hyphen.
        case .modifierLetter where properties.isExtender: self = .dash
        case _ where properties.isQuotationMark: self = .quotationMark
        // Accents on their own, such as the acute, which people type for an apostrophe.
        case .modifierSymbol: self = .quotationMark
        case _ where name.hasSuffix("COMMERCIAL AT"): self = .at
        case _ where name.hasSuffix("FULL STOP") || name == "ONE DOT LEADER": self = .dot
        case .control, .surrogate, .privateUse, .unassigned: self = .control
        default: self = properties.isAlphabetic || properties.numericType != nil ? .letter : .punctuation
        }
    }
}

extension Unicode.Scalar {
    /// The upper-case ASCII letter or digit that the character is another form of; `nil` if it is none.
    ///
    /// Digits are those of every script, also raised, lowered or circled; letters are Latin ones in full width, in the
    /// mathematical styles, raised, lowered, circled, squared or in parentheses, and those whose other case is an ASCII
    /// letter (long s, dotless i). Letters of other scripts that look alike stand for nothing, as do accented letters.
    fileprivate var asciiSymbol: UInt8? {
        switch properties.numericType {
        case .decimal, .digit:
            return properties.numericValue.flatMap { UInt8(exactly: $0) }.map { UInt8(ascii: "0") + $0 }
        default: return otherCase ?? namedLetter
        }
    }

    private var otherCase: UInt8? {
        [properties.uppercaseMapping, properties.lowercaseMapping].lazy.compactMap { mapping in
            let scalars = mapping.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark }
            guard scalars.count == 1, let letter = scalars.first?.value, letter < 0x80 else { return nil }
            return UInt8(truncatingIfNeeded: letter) & ~0x20
        }.first
    }

    /// The letter that the character's name ends with: `MATHEMATICAL BOLD CAPITAL G`, `CIRCLED LATIN SMALL LETTER G`.
    ///
    /// The standard library has no compatibility decomposition, but the names of the characters that have one are
    /// formed by rule.
    private var namedLetter: UInt8? {
        guard let words = properties.name?.split(separator: " "), words.count >= 3, let last = words.last?.utf8,
            last.count == 1, let letter = last.first, letter.isASCIILetter
        else { return nil }
        let front = words.dropLast(words[words.count - 2] == "LETTER" ? 2 : 1)
        guard front.last == "CAPITAL" || front.last == "SMALL" else { return nil }
        return words.contains("LATIN") || properties.isMath || words.starts(with: ["MODIFIER", "LETTER"]) ? letter : nil
    }
}
