internal import CCrypto

/// Base64 with one spelling for every content (RFC 4648 section 4).
package enum Base64 {
    /// `bytes` as text, padded and on one line.
    package static func encode(_ bytes: [UInt8]) -> String { String(decoding: symbols(bytes), as: UTF8.self) }

    /// How many characters `count` bytes become.
    package static func encodedLength(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Decodes `text`; `nil` unless `encode` would write exactly this text.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(symbols: Array(text.utf8)) }

    /// OpenSSL skips blanks and ignores stray bits, so the result is encoded again and compared: blanks, wrong padding
    /// and bits that no byte uses are all refused then (RFC 4648 sections 3.2, 3.3 and 3.5).
    fileprivate static func decode(symbols: [UInt8]) -> [UInt8]? {
        guard symbols.count % 4 == 0 else { return nil }
        let padding = symbols.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var bytes = [UInt8](repeating: 0, count: symbols.count / 4 * 3)
        let count = unsafe EVP_DecodeBlock(&bytes, symbols, Int32(symbols.count))
        guard count == bytes.count else { return nil }
        bytes.removeLast(padding)
        return Base64.symbols(bytes) == symbols ? bytes : nil
    }

    fileprivate static func symbols(_ bytes: [UInt8]) -> [UInt8] {
        var symbols = [UInt8](repeating: 0, count: encodedLength(bytes.count) + 1)
        let count = unsafe EVP_EncodeBlock(&symbols, bytes, Int32(bytes.count))
        symbols.removeLast(symbols.count - Int(count))
        return symbols
    }
}

/// Base64 for URLs and file names, never padded, with one spelling for every content (RFC 4648 section 5).
package enum Base64URL {
    /// `bytes` as text.
    package static func encode(_ bytes: [UInt8]) -> String {
        var symbols = Base64.symbols(bytes)
        while symbols.last == UInt8(ascii: "=") { symbols.removeLast() }
        for index in symbols.indices {
            switch symbols[index] {
            case UInt8(ascii: "+"): symbols[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): symbols[index] = UInt8(ascii: "_")
            default: break
            }
        }
        return String(decoding: symbols, as: UTF8.self)
    }

    /// Decodes `text`; `nil` unless `encode` would write exactly this text.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let text = Array(text.utf8)
        var symbols: [UInt8] = []
        symbols.reserveCapacity(text.count + 3)
        for symbol in text {
            switch symbol {
            case UInt8(ascii: "-"): symbols.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): symbols.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: symbols.append(symbol)
            }
        }
        while symbols.count % 4 > 0 { symbols.append(UInt8(ascii: "=")) }
        return Base64.decode(symbols: symbols)
    }
}
