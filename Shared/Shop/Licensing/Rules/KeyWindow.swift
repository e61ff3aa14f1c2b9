internal import Kernel

/// A character of ASCII as a key has it.
struct KeySymbol {
    /// For a letter or digit the value, bit 6, for a letter bit 7, and for a U, which counts as V, bit 5.
    let code: UInt8

    /// Whether it is a letter or digit.
    var isSymbol: Bool { code != 0 }

    init(_ byte: UInt8) { code = KeySymbol.codes[Int(byte & 0x7F)] }

    private static let codes: InlineArray<128, UInt8> = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0, 0, 0, 0, 0, 0,
        0, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF, 0xD0, 0xD1, 0xC1, 0xD2, 0xD3, 0xC1, 0xD4, 0xD5, 0xC0,
        0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xFB, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0, 0, 0, 0, 0,
        0, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF, 0xD0, 0xD1, 0xC1, 0xD2, 0xD3, 0xC1, 0xD4, 0xD5, 0xC0,
        0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xFB, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0, 0, 0, 0, 0,
    ]
}

/// The last letters and digits of a text, and whether they are a key.
///
/// The check symbol decides, one random row of symbols in 32 has it right, so only rows that are set out as keys are
/// looked at:
///
/// - a prefix and three groups of four, separated by anything or nothing, between other characters;
/// - such groups that letters or digits touch;
/// - one row without gaps that letters or digits touch, if it mixes letters and digits;
/// - single symbols in a row; such groups, one of them broken once more, if another mixes letters and digits; groups of
///   other lengths, if two do.
///
/// Of each symbol there is a bit in several numbers, the last symbol's lowest, so that a symbol costs a few instructions.
struct KeyWindow {
    /// Three rows of bits: what a gap precedes, letters, and what no key has, as is all that precedes the text.
    private var rows: UInt64 = .max << KeyWindow.barRow
    private static let letterRow: UInt64 = 21
    private static let barRow: UInt64 = 42
    /// The values in six bits each, the highest of which is set for a U.
    private var values: UInt128 = 0
    /// The tokens that mix letters and digits, the last one's bit lowest.
    private var mixedTokens: UInt32 = 0

    /// Appends a letter or digit.
    @inline(__always)
    mutating func append(_ symbol: KeySymbol, isBehindGap: Bool, isBarred: Bool = false) {
        let bits = UInt64(symbol.code >> 7) << KeyWindow.letterRow | (isBehindGap ? 1 : 0)
        rows = rows << 1 & ~(1 << KeyWindow.letterRow | 1 << KeyWindow.barRow) | bits
        if isBarred { rows |= 1 << KeyWindow.barRow }
        values = values << 6 | UInt128(truncatingIfNeeded: symbol.code & 0x3F)
    }

    /// The lengths of the keys that end with the last symbol, each as a bit.
    ///
    /// - Parameter isAtEnd: whether a gap follows. Asked once behind each symbol.
    @inline(__always)
    mutating func keyLengths(isAtEnd: Bool) -> UInt32 {
        if isAtEnd { endToken() }
        guard rows & 0x3FFF << KeyWindow.barRow == 0, mayBeSetOut(isAtEnd), values & KeyWindow.strangers == 0 else {
            return 0
        }
        return KeyWindow.foundLengths(rows, values, mixedTokens, isAtEnd)
    }

    /// A U in any place of a body.
    private static let strangers: UInt128 = 0x82_0820_8208_2082_0820
    /// The gaps inside a body that do not separate its groups.
    private static let irregular: UInt32 = 0x777
    /// The same and a gap inside the prefix.
    private static let irregularWhole: UInt32 = 0x1777
    /// The gaps in front of the three groups.
    private static let groups: UInt32 = 0x888

    private var gaps: UInt32 { UInt32(truncatingIfNeeded: rows) & KeyWindow.last(21) }
    private var letters: UInt32 { UInt32(truncatingIfNeeded: rows >> KeyWindow.letterRow) & KeyWindow.last(21) }
    private var hasDigit: Bool { letters & 0xFFF != 0xFFF }

    private static func last(_ count: Int) -> UInt32 { 1 << UInt32(count) &- 1 }

    private mutating func endToken() {
        // No longer token is a part of a key that is broken elsewhere.
        let token = KeyWindow.last(min(gaps.trailingZeroBitCount + 1, 21))
        let inside = letters & token
        let isMixed = token > 0b11 && inside != 0 && inside != token
        mixedTokens = mixedTokens << 1 | (isMixed ? 1 : 0)
    }

    /// Whether `isSetOutAsKey` can be true of any length; it is of few symbols of other texts.
    @inline(__always)
    private func mayBeSetOut(_ isAtEnd: Bool) -> Bool {
        if !isAtEnd { return gaps & KeyWindow.irregularWhole == 0 && (hasDigit || gaps & 0x88 == 0x88) }
        if gaps & KeyWindow.irregular == 0 { return true }
        guard gaps & 0xFE000 != 0 else { return false }
        let (mixed, hasGroups) = (mixedTokens & 0b11111, gaps & KeyWindow.groups == KeyWindow.groups)
        return mixed & (mixed &- 1) != 0 || mixed != 0 && hasGroups || gaps & 0x1FFF == 0x1FFF
    }

    /// Takes numbers instead of a window, so that the caller's stays in registers.
    @inline(never)
    private static func foundLengths(
        _ rows: UInt64, _ values: UInt128, _ mixedTokens: UInt32, _ isAtEnd: Bool
    ) -> UInt32 {
        let window = KeyWindow(rows: rows, values: values, mixedTokens: mixedTokens)
        var (sum, rest, found) = (UInt8(0), values, UInt32(0))
        let limit = min(20, (rows >> barRow).trailingZeroBitCount)
        // The sum that `CheckSymbol` describes, divided by the highest weight: zero for the same rows.
        var length = 0
        while length < limit {
            sum = CheckSymbol.overGenerator(sum) ^ UInt8(truncatingIfNeeded: rest) & 31
            (rest, length) = (rest >> 6, length &+ 1)
            if sum == 0, length >= 14, window.isSetOutAsKey(length, isAtEnd) { found |= 1 << UInt32(length) }
        }
        return found
    }

    private func isSetOutAsKey(_ length: Int, _ isAtEnd: Bool) -> Bool {
        let inside = gaps & KeyWindow.last(length - 1)
        let isAligned = isAtEnd && gaps >> UInt32(length - 1) & 1 == 1
        if inside & ~KeyWindow.groups == 0 {
            return isAligned || gaps & 0x88 == 0x88 || hasDigit && (letters & 0xFFF).nonzeroBitCount > 2
        }
        let hasGroups = gaps & KeyWindow.groups == KeyWindow.groups
        return isAligned && (inside == KeyWindow.last(length - 1) || mixedGroups(length) > (hasGroups ? 0 : 1))
    }

    /// The number of groups of three symbols or more that mix letters and digits; 0 if there are more than five groups.
    private func mixedGroups(_ length: Int) -> Int {
        let groups = (gaps & KeyWindow.last(length)).nonzeroBitCount
        return groups > 5 ? 0 : (mixedTokens & KeyWindow.last(groups)).nonzeroBitCount
    }
}
