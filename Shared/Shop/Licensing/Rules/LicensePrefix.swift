import Kernel

/// The prefix of a product's license keys, such as `GENX`.
package struct LicensePrefix: Hashable, Sendable {
    /// The prefix as the seller writes it, in upper case.
    package let text: String
    /// The prefix in base32 symbols, so that a key is the same whether O or 0, I, L or 1, U or V was typed.
    package let canonical: String

    /// Parses a prefix from 2 to 8 ASCII letters and digits in any case; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        var upper: [UInt8] = []
        var folded: [UInt8] = []
        for byte in text.utf8 {
            guard let value = LicensePrefix.value(byte) else { return nil }
            upper.append(byte.isASCIILowercase ? byte & ~0x20 : byte)
            folded.append(Crockford.symbols[Int(value)])
        }
        guard (2...8).contains(upper.count) else { return nil }
        self.text = String(decoding: upper, as: UTF8.self)
        canonical = String(decoding: folded, as: UTF8.self)
    }

    /// Compares canonical prefixes: one shop cannot tell apart the keys of two prefixes that read the same.
    package static func == (left: LicensePrefix, right: LicensePrefix) -> Bool { left.canonical == right.canonical }

    package func hash(into hasher: inout Hasher) { hasher.combine(canonical) }

    /// Base32 has no U, but a prefix may; it counts as the V that it is mistaken for.
    static func value(_ symbol: UInt8) -> UInt8? {
        switch symbol {
        case UInt8(ascii: "U"), UInt8(ascii: "u"): Crockford.value(UInt8(ascii: "V"))
        default: Crockford.value(symbol)
        }
    }
}
