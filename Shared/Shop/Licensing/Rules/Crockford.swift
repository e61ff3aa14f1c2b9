/// Crockford's base32: 32 symbols that people do not mistake for each other.
///
/// Source: <https://www.crockford.com/base32.html>
enum Crockford {
    /// The symbols by value.
    static let symbols = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Returns the value of a symbol in either case, with O read as 0, I and L as 1; `nil` for U and all else.
    static func value(_ symbol: UInt8) -> UInt8? { values[Int(symbol)] }

    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, symbol) in symbols.enumerated() {
            values[Int(symbol)] = UInt8(value)
            values[Int(symbol | 0x20)] = UInt8(value)
        }
        for (alias, value) in zip("OoIiLl".utf8, [0, 0, 1, 1, 1, 1] as [UInt8]) { values[Int(alias)] = value }
        return values
    }()
}
