/// A UUID of version 7: 48 bits of Unix milliseconds, then random bits, so that new rows go to the end of an index.
///
/// Source: RFC 9562 section 5.7.
package struct UUIDv7: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, most significant first.
    package let high: UInt64
    /// The last eight bytes, most significant first.
    package let low: UInt64

    /// Creates a new ID at `instant`; the other bits come from the system's secure random source.
    package init(at instant: Instant) {
        var random = SystemRandomNumberGenerator()
        self.init(at: instant, entropy: (random.next(), random.next()))
    }

    /// Creates an ID with the given free bits: the same instant and entropy give the same ID.
    package init(at instant: Instant, entropy: (UInt64, UInt64)) {
        let milliseconds = UInt64(clamping: instant.unixMilliseconds) & 0xFFFF_FFFF_FFFF
        high = milliseconds << 16 | 0x7000 | entropy.0 & 0x0FFF
        low = 0x8000_0000_0000_0000 | entropy.1 >> 2
    }

    /// Creates any UUID from its sixteen bytes; `nil` for another count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for index in 0..<8 {
            halves.0 = halves.0 << 8 | UInt64(bytes[index])
            halves.1 = halves.1 << 8 | UInt64(bytes[index + 8])
        }
        (high, low) = halves
    }

    /// Parses any UUID in its text form `8-4-4-4-12`, in either case; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for index in bytes.indices {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard bytes[index] == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = bytes[index].hexadecimalValue.map(UInt64.init) else { return nil }
            if index < 18 { halves.0 = halves.0 << 4 | digit } else { halves.1 = halves.1 << 4 | digit }
        }
        (high, low) = halves
    }

    /// The sixteen bytes in network order.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        high.appendBigEndian(to: &bytes)
        low.appendBigEndian(to: &bytes)
        return bytes
    }

    /// The text form in lower case.
    package var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for digit in 0..<32 {
            if digit == 8 || digit == 12 || digit == 16 || digit == 20 { text.append(UInt8(ascii: "-")) }
            let half = digit < 16 ? high : low
            text.append(UInt8(truncatingIfNeeded: half >> UInt64(60 - digit % 16 * 4)).hexadecimalDigit)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
