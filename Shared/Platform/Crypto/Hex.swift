internal import Kernel

/// Lower-case hexadecimal encoding (RFC 4648 section 8, except for the case).
package enum Hex {
    /// Encodes `bytes`.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append((byte >> 4).hexadecimalDigit)
            text.append(byte.hexadecimalDigit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes `text`; `nil` for an odd length, upper case or other characters.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(symbols: Array(text.utf8)) }

    /// Decodes the UTF-8 bytes of a text.
    package static func decode(symbols: [UInt8]) -> [UInt8]? {
        guard symbols.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(symbols.count / 2)
        for index in stride(from: 0, to: symbols.count, by: 2) {
            guard let high = symbols[index].lowercaseHexadecimalValue,
                let low = symbols[index + 1].lowercaseHexadecimalValue
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
