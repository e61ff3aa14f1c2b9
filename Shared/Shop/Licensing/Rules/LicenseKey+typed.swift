internal import Kernel

/// What people type, paste and dictate into input methods.
extension LicenseKey {
    /// The most characters of a text that is read as a key.
    private static let longestText = 128

    /// Parses a key as a person typed or pasted it; `nil` if it is not a key or has a typing error.
    ///
    /// Letters and digits are read in every case, width and style (`TypedCharacter.symbol`), O as 0, I and L as 1.
    /// Blanks, dashes, quotation marks, marks, invisible and control characters are taken away wherever they are, all
    /// other punctuation and symbols at both ends. What remains must be the key: a letter of another script, an accented
    /// letter, or punctuation in between is a typing error.
    package init?(_ text: String) {
        guard let typed = LicenseKey.symbols(typed: text), typed.count > 12 else { return nil }
        self.init(prefix: typed.dropLast(12), body: typed.suffix(12))
    }

    /// Parses the last four symbols of a key by the same rule, with or without what precedes them in our tables; `nil`
    /// if they are invalid.
    package static func lastFour(typed text: String) -> String? {
        let values = symbols(typed: text)?.map(Crockford.value) ?? []
        guard values.count == 4 else { return nil }
        let symbols = values.compactMap { $0.map { Crockford.symbols[Int($0)] } }
        return symbols.count == 4 ? String(decoding: symbols, as: UTF8.self) : nil
    }

    /// Returns the letters and digits of a text in upper case; `nil` if something else is between them.
    private static func symbols(typed text: String) -> [UInt8]? {
        var (symbols, isBroken) = ([UInt8](), false)
        for (index, scalar) in text.unicodeScalars.enumerated() {
            guard index < longestText else { return nil }
            switch TypedCharacter(scalar) {
            case .symbol(let symbol):
                guard !isBroken else { return nil }
                symbols.append(symbol)
            case .blank, .dash, .quotationMark, .mark, .invisible: continue
            // NUL ends a text for programs in C: what they show is not what was typed.
            case .control: if scalar == "\0" { return nil }
            case .at, .dot, .punctuation: isBroken = !symbols.isEmpty
            case .letter: return nil
            }
        }
        return symbols
    }
}
