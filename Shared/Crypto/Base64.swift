internal import CCrypto

/// Base64 with one spelling for every content (RFC 4648 section 4).
package enum Base64 {
    /// `bytes` as text, padded.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = unsafe EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(count)), as: UTF8.self)
    }

    /// The bytes that `text` stands for; `nil` unless `encode` would write exactly this text.
    ///
    /// OpenSSL skips blanks and ignores stray bits, so the result is spelt again and compared: blanks, wrong
    /// padding and bits that no byte uses are all refused (RFC 4648 sections 3.2, 3.3 and 3.5).
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let symbols = Array(text.utf8)
        guard symbols.count % 4 == 0 else { return nil }
        let padding = symbols.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var bytes = [UInt8](repeating: 0, count: symbols.count / 4 * 3)
        let count = unsafe EVP_DecodeBlock(&bytes, symbols, Int32(symbols.count))
        guard count == bytes.count else { return nil }
        bytes.removeLast(padding)
        return encode(bytes).utf8.elementsEqual(symbols) ? bytes : nil
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
        let padding = (4 - symbols.count % 4) % 4
        guard padding < 3 else { return nil }
        for _ in 0..<padding { plain.append(UInt8(ascii: "=")) }
        var bytes = [UInt8](repeating: 0, count: plain.count / 4 * 3)
        let count = unsafe EVP_DecodeBlock(&bytes, plain, Int32(plain.count))
        guard count == bytes.count else { return nil }
        bytes.removeLast(padding)
        // As in `Base64`: what OpenSSL lets pass is found by spelling the result again.
        return Base64URL.symbols(bytes) == symbols ? bytes : nil
    }

    private static func symbols(_ bytes: [UInt8]) -> [UInt8] {
        var symbols = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = unsafe EVP_EncodeBlock(&symbols, bytes, Int32(bytes.count))
        symbols.removeLast(symbols.count - Int(count))
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
