package import Kernel

extension Recognizer {
    /// Finds license keys, of whatever product, and e-mail addresses.
    package static let keysAndAddresses = Recognizer(alsoFinding: KeyFinder.places, if: KeyFinder.suspects)
}

/// Finds license keys in a text, whatever touches them.
///
/// `KeyWindow` tells how keys are set out. UUIDs and the long IDs and digests of other programs are no keys, nor are
/// letters alone that look like prose: with some gaps and not only dashes, with blanks where other letters touch them, or
/// written as words are with an I, L or O, which as we write a key are digits.
enum KeyFinder {
    static let places: Recognizer.Finder = { text in
        let row = SymbolRow(text)
        var (found, window) = ([Range<Int>](), KeyWindow())
        for (index, symbol) in row.symbols.enumerated() {
            let isAtEnd = row.gaps[index + 1] != []
            window.append(KeySymbol(symbol), isBehindGap: row.gaps[index] != [], isBarred: row.bars[index])
            let lengths = window.keyLengths(isAtEnd: isAtEnd)
            for length in 14...20 where lengths >> UInt32(length) & 1 == 1 {
                let key = index + 1 - length..<index + 1
                guard !row.looksLikeProse(key, in: text) else { continue }
                found.append(row.places[key.lowerBound]..<row.places[index] + 1)
            }
        }
        return found
    }

    /// The same for the bytes of a plain text; it may find too much, to be looked at again.
    static let suspects: Recognizer.Suspicion = { bytes in
        guard bytes.count >= 14 else { return false }
        var (window, isBehindGap, index, symbol) = (KeyWindow(), true, 0, KeySymbol(bytes[0]))
        while index < bytes.count {
            let next = KeySymbol(index + 1 < bytes.count ? bytes[index + 1] : 0)
            if symbol.isSymbol {
                window.append(symbol, isBehindGap: isBehindGap)
                if window.keyLengths(isAtEnd: !next.isSymbol) != 0 { return true }
            } else if bytes[index] == UInt8(ascii: "_"), let end = endOfLongID(bytes, behind: index) {
                (window, isBehindGap, index, symbol) = (KeyWindow(), true, end, KeySymbol(0))
                continue
            }
            (isBehindGap, index, symbol) = (!symbol.isSymbol, index + 1, next)
        }
        return false
    }

    /// Returns where an ID of another program that begins behind `index` ends; `nil` if there is none.
    private static func endOfLongID(_ bytes: borrowing Span<UInt8>, behind index: Int) -> Int? {
        var end = index + 1
        while end < bytes.count, bytes[end].isASCIIAlphanumeric { end += 1 }
        return end - index > 21 ? end : nil
    }
}

/// What precedes a letter or digit; nothing if another does.
private struct KeyGap: OptionSet {
    let rawValue: UInt8
    static let dash = KeyGap(rawValue: 1)
    static let blank = KeyGap(rawValue: 2)
    static let other = KeyGap(rawValue: 4)
}

/// The letters and digits of a text in upper case, and where other characters separate them.
private struct SymbolRow {
    private(set) var symbols: [UInt8] = []
    /// The place of each symbol in the text.
    private(set) var places: [Int] = []
    /// What precedes each symbol, and what follows the last.
    private(set) var gaps: [KeyGap] = []
    /// Whether a symbol belongs to no key.
    private(set) var bars: [Bool] = []

    init(_ text: WrittenText) {
        var (gap, isUnderscore, underscored) = (KeyGap.other, false, [Bool]())
        for (place, scalar) in text.scalars.enumerated() {
            switch TypedCharacter(scalar) {
            case .symbol(let symbol):
                symbols.append(symbol)
                places.append(place)
                gaps.append(gap)
                underscored.append(isUnderscore)
                gap = []
            case .invisible, .mark: continue
            case .dash: gap.formUnion(.dash)
            case .blank: gap.formUnion(.blank)
            default: gap.formUnion(.other)
            }
            isUnderscore = scalar == "_"
        }
        gaps.append(.other)
        bars = Array(repeating: false, count: symbols.count)
        raiseBars(underscored)
    }

    /// Whether a prefix and groups of letters alone are set out or written as prose is.
    func looksLikeProse(_ key: Range<Int>, in text: WrittenText) -> Bool {
        let body = key.suffix(12)
        guard symbols[body].allSatisfy(\.isASCIILetter) else { return false }
        let places = key.dropFirst().filter { gaps[$0] != [] }
        guard places.allSatisfy({ [4, 8, 12].contains(key.upperBound - $0) }) else { return false }
        let inside = places.map { gaps[$0] }
        let isTouched = gaps[key.lowerBound] == [] || gaps[key.upperBound] == []
        if isTouched && inside.contains(where: { $0.contains(.blank) }) { return true }
        if !isTouched && (1...2).contains(inside.count) && inside.contains(where: { $0 != .dash }) { return true }
        return body.contains { "ILO".utf8.contains(symbols[$0]) }
            && body.allSatisfy { gaps[$0] != [] || text.scalars[self.places[$0]].properties.isLowercase }
    }

    /// Bars UUIDs and the long IDs and digests of other programs, symbol by symbol.
    private mutating func raiseBars(_ underscored: [Bool]) {
        let starts = gaps.indices.filter { gaps[$0] != [] }
        for (start, end) in zip(starts, starts.dropFirst()) where end - start > 20 {
            if underscored[start] || end - start > 31 && isHexadecimal(start..<end) { bar(start..<end) }
        }
        for (token, start) in starts.enumerated() {
            let ends = [8, 12, 16, 20, 32].map { start + $0 }
            guard starts[token...].dropFirst().starts(with: ends), isHexadecimal(start..<start + 32) else { continue }
            bar(start..<start + 32)
        }
    }

    private mutating func bar(_ range: Range<Int>) { for index in range { bars[index] = true } }

    private func isHexadecimal(_ range: Range<Int>) -> Bool { symbols[range].allSatisfy { $0.hexadecimalValue != nil } }
}
