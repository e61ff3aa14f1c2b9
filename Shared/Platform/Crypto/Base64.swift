internal import CCrypto

/// Base64 with one spelling for every content (RFC 4648 section 4).
package enum Base64 {
    /// `bytes` as text, padded.
    package static func encode(_ bytes: [UInt8]) -> String { String(decoding: symbols(bytes), as: UTF8.self) }

    /// The bytes that `text` stands for; `nil` unless `encode` would write exactly this text.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let symbols = Array(text.utf8)
        guard let bytes = bytes(symbols) else { return nil }
        return Base64.symbols(bytes) == symbols ? bytes : nil
    }

    fileprivate static func symbols(_ bytes: [UInt8]) -> [UInt8] {
        var symbols = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = unsafe EVP_EncodeBlock(&symbols, bytes, Int32(bytes.count))
        symbols.removeLast(symbols.count - Int(count))
        return symbols
    }

    /// The bytes that padded symbols stand for, or symbols very like them.
    ///
    /// OpenSSL skips blanks and ignores stray bits, so a caller spells the result again and compares: blanks, wrong
    /// padding and bits that no byte uses are all refused then (RFC 4648 sections 3.2, 3.3 and 3.5).
    fileprivate static func bytes(_ symbols: [UInt8]) -> [UInt8]? {
        guard symbols.count % 4 == 0 else { return nil }
        let padding = symbols.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var bytes = [UInt8](repeating: 0, count: symbols.count / 4 * 3)
        let count = unsafe EVP_DecodeBlock(&bytes, symbols, Int32(symbols.count))
        guard count == bytes.count else { return nil }
        bytes.removeLast(padding)
        return bytes
    }
}

/// Base64 for URLs and file names, never padded, with one spelling for every content (RFC 4648 section 5).
package enum Base64URL {
    /// `bytes` as text.
    package static func encode(_ bytes: [UInt8]) -> String { String(decoding: symbols(bytes), as: UTF8.self) }

    /// The bytes that `text` stands for; `nil` unless `encode` would write exactly this text.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let symbols = Array(text.utf8)
        var plain: [UInt8] = []
        plain.reserveCapacity(symbols.count + 3)
        for symbol in symbols {
            switch symbol {
            case UInt8(ascii: "-"): plain.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): plain.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: plain.append(symbol)
            }
        }
        while plain.count % 4 > 0 { plain.append(UInt8(ascii: "=")) }
        guard let bytes = Base64.bytes(plain) else { return nil }
        return Base64URL.symbols(bytes) == symbols ? bytes : nil
    }

    private static func symbols(_ bytes: [UInt8]) -> [UInt8] {
        var symbols = Base64.symbols(bytes)
        while symbols.last == UInt8(ascii: "=") { symbols.removeLast() }
        for index in symbols.indices {
            switch symbols[index] {
            case UInt8(ascii: "+"): symbols[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): symbols[index] = UInt8(ascii: "_")
            default: break
            }
        }
        return symbols
    }
}
