internal import CCrypto

/// Base64 (RFC 4648 section 4) with a single valid encoding for each content.
package enum Base64 {
    /// Encodes `bytes`, padded and on one line.
    package static func encode(_ bytes: [UInt8]) -> String { String(decoding: symbols(bytes), as: UTF8.self) }

    /// Returns the length of the encoding of `count` bytes.
    package static func encodedLength(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Decodes `text`; `nil` if `encode` would not produce exactly this text.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(symbols: Array(text.utf8)) }

    /// Decodes, then re-encodes and compares, because OpenSSL skips white space and ignores unused bits: this rejects
    /// white space, wrong padding and nonzero unused bits (RFC 4648 sections 3.2, 3.3 and 3.5).
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

/// URL-safe Base64 without padding (RFC 4648 section 5), with a single valid encoding for each content.
package enum Base64URL {
    /// Encodes `bytes`.
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

    /// Decodes `text`; `nil` if `encode` would not produce exactly this text.
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
