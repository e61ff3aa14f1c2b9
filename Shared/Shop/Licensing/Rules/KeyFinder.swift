package import Kernel

extension Recognizer {
    /// Finds license keys, of whatever product.
    package static let keys = Recognizer(of: KeyFinder.places) { $0.utf8.count >= 14 }

    /// Finds license keys and e-mail addresses.
    package static let keysAndAddresses = addresses.and(keys)
}

/// Finds license keys in a text, whatever touches them.
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
/// A row of letters alone must have all its gaps, none, or dashes only: the others are how prose looks. UUIDs and the long IDs
/// and digests of other programs are no keys.
enum KeyFinder {
    static let places: Recognizer.Finder = { text in
        let row = SymbolRow(text)
        guard row.symbols.count >= 14 else { return [] }
        var found: [Range<Int>] = []
        for body in 2...row.symbols.count - 12 {
            guard row.isBody(body) else { continue }
            for length in 2...8 where length <= body {
                let window = KeyWindow(start: body - length, body: body, in: row)
                guard window.isSetOutAsKey, row.isSound(window.start..<window.end) else { continue }
                found.append(row.places[window.start]..<row.places[window.end - 1] + 1)
            }
        }
        return found
    }
}

/// A place where a key may be: a prefix of two to eight symbols and a body of twelve.
private struct KeyWindow {
    let start: Int
    let body: Int
    let row: SymbolRow

    var end: Int { body + 12 }

    init(start: Int, body: Int, in row: SymbolRow) { (self.start, self.body, self.row) = (start, body, row) }

    var isSetOutAsKey: Bool {
        guard !row.hasBarrier(start..<end) else { return false }
        let gaps = row.gapCount(start + 1..<end)
        let expected = [body, body + 4, body + 8].count { row.hasGap($0) }
        let isAligned = row.hasGap(start) && row.hasGap(end)
        if gaps == expected { return isAligned ? isAlignedKey(gaps) : isTouchedKey(gaps) }
        return isAligned && (gaps == end - start - 1 || mixedGroups > (expected == 3 ? 0 : 1))
    }

    private func isAlignedKey(_ gaps: Int) -> Bool {
        gaps == 0 || gaps == 3 || hasDigit || row.hasOnlyDashes(start + 1..<end)
    }

    private func isTouchedKey(_ gaps: Int) -> Bool {
        if row.hasGap(body + 4), row.hasGap(body + 8) { return hasDigit || !row.hasBlankGap(start + 1..<end) }
        return hasDigit && row.letterCount(body..<end) > 2
    }

    private var hasDigit: Bool { row.letterCount(body..<end) < 12 }

    /// The number of groups of three symbols or more that mix letters and digits; 0 if there are more than five groups.
    private var mixedGroups: Int {
        let edges = [start] + (start + 1..<end).filter(row.hasGap) + [end]
        guard edges.count <= 6 else { return 0 }
        return zip(edges, edges.dropFirst()).count { from, to in
            to - from > 2 && (1..<to - from).contains(row.letterCount(from..<to))
        }
    }
}

/// The letters and digits of a text in upper case, and where other characters separate them.
private struct SymbolRow {
    private(set) var symbols: [UInt8] = []
    /// The place of each symbol in the text.
    private(set) var places: [Int] = []
    /// What precedes each symbol, and what follows the last.
    private var gaps: [Gap] = []
    /// The number of gaps, blank gaps, barriers and letters before each symbol, and before the end.
    private var counts: [Counts] = []

    private struct Gap {
        var exists = true
        var isBlank = false
        /// It has something other than dashes.
        var isMixed = false
        var isUnderscore = false
        /// No key continues behind it.
        var isBarrier = false
    }

    private struct Counts {
        var (gaps, blanks, mixed, barriers, letters) = (0, 0, 0, 0, 0)
    }

    init(_ text: WrittenText) {
        var gap = Gap()
        for (place, scalar) in text.scalars.enumerated() {
            switch TypedCharacter(scalar) {
            case .symbol(let symbol):
                symbols.append(symbol)
                places.append(place)
                gaps.append(gap)
                gap = Gap(exists: false)
            case .invisible, .mark: continue
            case .dash: gap.exists = true
            case .blank: (gap.exists, gap.isBlank, gap.isMixed) = (true, true, true)
            default: (gap.exists, gap.isUnderscore, gap.isMixed) = (true, scalar == "_", true)
            }
        }
        gaps.append(Gap())
        raiseBarriers()
        count()
    }

    func hasGap(_ index: Int) -> Bool { gaps[index].exists }
    func gapCount(_ range: Range<Int>) -> Int { counts[range.upperBound].gaps - counts[range.lowerBound].gaps }
    func hasBlankGap(_ range: Range<Int>) -> Bool { counts[range.upperBound].blanks > counts[range.lowerBound].blanks }
    func hasOnlyDashes(_ range: Range<Int>) -> Bool { counts[range.upperBound].mixed == counts[range.lowerBound].mixed }
    func hasBarrier(_ range: Range<Int>) -> Bool {
        counts[range.upperBound].barriers > counts[range.lowerBound].barriers
    }
    func letterCount(_ range: Range<Int>) -> Int { counts[range.upperBound].letters - counts[range.lowerBound].letters }

    /// Whether the twelve symbols from `start` are base32.
    func isBody(_ start: Int) -> Bool { symbols[start..<start + 12].allSatisfy { Crockford.value($0) != nil } }

    func isSound(_ range: Range<Int>) -> Bool {
        LicenseKey(prefix: symbols[range.dropLast(12)], body: symbols[range.suffix(12)]) != nil
    }

    /// Bars UUIDs and the long IDs and digests of other programs, symbol by symbol.
    private mutating func raiseBarriers() {
        let starts = symbols.indices.filter { gaps[$0].exists } + [symbols.count]
        guard starts.count > 1 else { return }
        let lengths = zip(starts, starts.dropFirst()).map { $1 - $0 }
        for (token, length) in lengths.enumerated() {
            let range = starts[token]..<starts[token] + length
            let isLong = length > 20 && (gaps[range.lowerBound].isUnderscore || length > 31 && isHexadecimal(range))
            if isLong { bar(range) }
            guard token + 5 <= lengths.count, lengths[token..<token + 5].elementsEqual([8, 4, 4, 4, 12]) else {
                continue
            }
            let uuid = starts[token]..<starts[token] + 32
            if isHexadecimal(uuid) { bar(uuid) }
        }
    }

    private mutating func bar(_ range: Range<Int>) { for index in range { gaps[index].isBarrier = true } }

    private func isHexadecimal(_ range: Range<Int>) -> Bool { symbols[range].allSatisfy { $0.hexadecimalValue != nil } }

    private mutating func count() {
        var sum = Counts()
        counts.reserveCapacity(symbols.count + 1)
        for (index, symbol) in symbols.enumerated() {
            counts.append(sum)
            if gaps[index].exists { sum.gaps += 1 }
            if gaps[index].isBlank { sum.blanks += 1 }
            if gaps[index].isMixed { sum.mixed += 1 }
            if gaps[index].isBarrier { sum.barriers += 1 }
            if symbol.isASCIILetter { sum.letters += 1 }
        }
        counts.append(sum)
    }
}
