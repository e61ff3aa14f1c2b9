internal import Kernel

/// What precedes a letter or digit.
struct KeyGap: OptionSet {
    let rawValue: UInt8
    /// There is a gap at all.
    static let exists = KeyGap(rawValue: 1)
    /// It has a blank.
    static let blank = KeyGap(rawValue: 2)
    /// It has something other than dashes.
    static let mixed = KeyGap(rawValue: 4)
}

/// The last letters and digits of a text, and whether they are a key.
///
/// The check symbol decides, one random row of symbols in 32 has it right, so only rows that are set out as keys are
/// looked at:
///
/// - a prefix and three groups of four, separated by anything or nothing, between other characters;
/// - such groups that letters or digits touch, if a gap is other than blanks or the key has a digit;
/// - one row without gaps that letters or digits touch, if it mixes letters and digits;
/// - single symbols in a row; such groups, one of them broken once more, if another mixes letters and digits; groups of
///   other lengths, if two do.
///
/// A row of letters alone must have all its gaps, none, or dashes only: the others are how prose looks.
///
/// Each number has one bit for each symbol, the last symbol's lowest, so that a symbol costs a few shifts.
struct KeyWindow {
    /// The symbols that a gap, a blank gap, a gap other than dashes precedes.
    private(set) var gaps: UInt32 = 0
    private var blanks: UInt32 = 0
    private var mixed: UInt32 = 0
    private(set) var letters: UInt32 = 0
    /// The symbols that no key's body has.
    private var strangers: UInt32 = 0
    /// The symbols that no key has; what precedes the text is such.
    private var bars = UInt32.max
    /// The values in five bits each.
    private var values: UInt128 = 0
    /// The tokens that mix letters and digits, the last one's bit lowest.
    private var mixedTokens: UInt32 = 0

    /// Appends a symbol in upper case.
    @inline(__always)
    mutating func append(_ symbol: UInt8, behind gap: KeyGap, isBarred: Bool = false) {
        let bits = UInt32(gap.rawValue)
        gaps = gaps << 1 | bits & 1
        blanks = blanks << 1 | bits >> 1 & 1
        mixed = mixed << 1 | bits >> 2
        letters = letters << 1 | (symbol >= UInt8(ascii: "A") ? 1 : 0)
        strangers = strangers << 1 | (symbol == UInt8(ascii: "U") ? 1 : 0)
        bars = bars << 1 | (isBarred ? 1 : 0)
        values = values << 5 | UInt128(truncatingIfNeeded: LicensePrefix.value(symbol) ?? 0)
    }

    /// The length of the longest key that ends with the last symbol; `nil` if there is none.
    ///
    /// - Parameter isAtEnd: whether a gap follows. Asked once behind each gap.
    @inline(__always)
    mutating func keyLength(isAtEnd: Bool) -> Int? {
        if isAtEnd { endToken() }
        guard strangers & 0xFFF == 0, bars & 0x3FFF == 0, isAtEnd || gaps & KeyWindow.irregular == 0 else { return nil }
        return foundLength(isAtEnd)
    }

    /// The gaps inside a body that do not separate its groups.
    private static let irregular: UInt32 = 0x777
    /// The gaps in front of the three groups.
    private static let groups: UInt32 = 0x888

    private mutating func endToken() {
        let length = gaps.trailingZeroBitCount + 1
        let inside = letters & KeyWindow.last(length)
        let isMixed = length > 2 && inside != 0 && inside != KeyWindow.last(length)
        mixedTokens = mixedTokens << 1 | (isMixed ? 1 : 0)
    }

    private static func last(_ count: Int) -> UInt32 { count < 32 ? 1 << UInt32(count) &- 1 : .max }

    private func foundLength(_ isAtEnd: Bool) -> Int? {
        let isRegular = gaps & KeyWindow.irregular == 0
        // Most texts have neither a digit where a key has one nor its gaps.
        guard
            isRegular
                ? isAtEnd || hasDigit || gaps & 0x88 == 0x88
                : mixedTokens & 0b11111 != 0 || gaps & 0x1FFF == 0x1FFF
        else { return nil }
        var (sum, rest, length) = (UInt8(0), values, 0)
        var found: Int?
        // The sum that `CheckSymbol` describes, divided by the highest weight: zero for the same rows.
        while length < 20, bars >> UInt32(length) & 1 == 0 {
            sum = CheckSymbol.overGenerator(sum) ^ UInt8(truncatingIfNeeded: rest & 31)
            (rest, length) = (rest >> 5, length + 1)
            if sum == 0, length >= 14, isSetOutAsKey(length, isAtEnd) { found = length }
        }
        return found
    }

    private var hasDigit: Bool { letters & 0xFFF != 0xFFF }

    private func isSetOutAsKey(_ length: Int, _ isAtEnd: Bool) -> Bool {
        let inside = KeyWindow.last(length - 1)
        let isAligned = isAtEnd && gaps >> UInt32(length - 1) & 1 == 1
        if gaps & inside & ~KeyWindow.groups == 0 { return isAligned ? isAlignedKey(inside) : isTouchedKey(inside) }
        let hasGroups = gaps & KeyWindow.groups == KeyWindow.groups
        return isAligned && (gaps & inside == inside || mixedGroups(length) > (hasGroups ? 0 : 1))
    }

    private func isAlignedKey(_ inside: UInt32) -> Bool {
        let groups = gaps & KeyWindow.groups
        return groups == 0 || groups == KeyWindow.groups || hasDigit || mixed & inside == 0
    }

    private func isTouchedKey(_ inside: UInt32) -> Bool {
        if gaps & 0x88 == 0x88 { return hasDigit || blanks & inside == 0 }
        return hasDigit && (letters & 0xFFF).nonzeroBitCount > 2
    }

    /// The number of groups of three symbols or more that mix letters and digits; 0 if there are more than five groups.
    private func mixedGroups(_ length: Int) -> Int {
        let groups = (gaps & KeyWindow.last(length)).nonzeroBitCount
        return groups > 5 ? 0 : (mixedTokens & KeyWindow.last(groups)).nonzeroBitCount
    }
}
