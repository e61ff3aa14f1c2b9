/// One symbol that detects typing errors in a row of base32 symbols.
///
/// The symbols are elements of the field with 32 elements, and a row with its check symbol is valid if the sum of every
/// symbol times its weight is zero. The weights are powers of a generator, 1 for the check symbol, then α, α², …
/// leftwards. No weight is zero, so changing one symbol changes the sum; no two of up to 31 weights are equal, so
/// swapping two different symbols, adjacent or not, changes it too.
///
/// Source: Lidl and Niederreiter, «Introduction to Finite Fields», chapter 9 (a shortened Reed-Solomon code).
enum CheckSymbol {
    /// The length of the longest row, check symbol included, in which all weights differ.
    static let longestRow = 31

    /// Returns the check symbol to append to `values`.
    static func value(behind values: some Sequence<UInt8>) -> UInt8 {
        timesGenerator(values.reduce(0) { timesGenerator($0) ^ $1 })
    }

    /// Divides by the generator.
    static func overGenerator(_ value: UInt8) -> UInt8 { (value & 1 == 0 ? value : value ^ 0b10_0101) >> 1 }

    /// Multiplies by the generator α = x in GF(2)[x] / (x⁵ + x² + 1); that polynomial is primitive.
    private static func timesGenerator(_ value: UInt8) -> UInt8 {
        let shifted = value << 1
        return shifted & 0b10_0000 == 0 ? shifted : shifted ^ 0b10_0101
    }
}
