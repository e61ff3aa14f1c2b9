package import Kernel

extension Recognizer {
    /// Finds license keys, of whatever product, and e-mail addresses.
    package static let keysAndAddresses = Recognizer(alsoFinding: KeyFinder.places, if: KeyFinder.suspects)
}

/// Finds license keys in a text, whatever touches them.
///
/// `KeyWindow` tells how keys are set out. UUIDs and the long IDs and digests of other programs are no keys, nor are
/// letters alone that are written as words are and have an I, L or O: as we write a key, it has digits in their place.
enum KeyFinder {
    static let places: Recognizer.Finder = { text in
        let row = SymbolRow(text)
        var (found, window) = ([Range<Int>](), KeyWindow())
        for (index, symbol) in row.symbols.enumerated() {
            window.append(symbol, behind: row.gaps[index], isBarred: row.bars[index])
            guard let length = window.keyLength(isAtEnd: row.gaps[index + 1].contains(.exists)) else { continue }
            let places = row.places[index + 1 - length...index]
            if !areWords(places, in: text, behind: row.gaps[index + 1 - length...index]) {
                found.append(places[places.startIndex]..<places[index] + 1)
            }
        }
        return found
    }

    /// The same for the bytes of a plain text; it may find too much, to be looked at again.
    static let suspects: Recognizer.Suspicion = { bytes in
        guard bytes.count >= 14 else { return false }
        var (window, gap, index) = (KeyWindow(), KeyGap.exists, 0)
        while index < bytes.count {
            let byte = bytes[index]
            guard byte.isASCIIAlphanumeric else {
                gap.formUnion(KeyGap(plain: byte))
                index += 1
                continue
            }
            let start = index
            repeat { index += 1 } while index < bytes.count && bytes[index].isASCIIAlphanumeric
            let isBarred = index - start > 20 && start > 0 && bytes[start - 1] == UInt8(ascii: "_")
            for place in start..<index where !isBarred {
                let byte = bytes[place]
                window.append(byte.isASCIILetter ? byte & ~0x20 : byte, behind: gap)
                if window.keyLength(isAtEnd: place == index - 1) != nil { return true }
                gap = []
            }
            if isBarred { window = KeyWindow() }
            gap = []
        }
        return false
    }

    private static func areWords(_ places: ArraySlice<Int>, in text: WrittenText, behind gaps: ArraySlice<KeyGap>) -> Bool
    {
        let body = zip(places, gaps).suffix(12).map { (scalar: text.scalars[$0], isFirst: $1.contains(.exists)) }
        return body.allSatisfy { $0.scalar.properties.isAlphabetic && ($0.isFirst || $0.scalar.properties.isLowercase) }
            && body.contains { "ILOilo".unicodeScalars.contains($0.scalar) }
    }
}

extension KeyGap {
    /// The gap that a byte of a plain text makes.
    fileprivate init(plain byte: UInt8) {
        self =
            switch byte {
            case UInt8(ascii: "-"): [.exists]
            case 9...13, UInt8(ascii: " "): [.exists, .blank, .mixed]
            default: [.exists, .mixed]
            }
    }
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
        var (gap, isUnderscore, underscored) = (KeyGap.exists, false, [Bool]())
        for (place, scalar) in text.scalars.enumerated() {
            switch TypedCharacter(scalar) {
            case .symbol(let symbol):
                symbols.append(symbol)
                places.append(place)
                gaps.append(gap)
                underscored.append(isUnderscore)
                gap = []
            case .invisible, .mark: continue
            case .dash: gap.formUnion(.exists)
            case .blank: gap.formUnion([.exists, .blank, .mixed])
            default: gap.formUnion([.exists, .mixed])
            }
            isUnderscore = scalar == "_"
        }
        gaps.append(.exists)
        bars = Array(repeating: false, count: symbols.count)
        raiseBars(underscored)
    }

    /// Bars UUIDs and the long IDs and digests of other programs, symbol by symbol.
    private mutating func raiseBars(_ underscored: [Bool]) {
        let starts = gaps.indices.filter { gaps[$0].contains(.exists) }
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
