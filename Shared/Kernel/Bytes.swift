extension UInt8 {
    /// Whether the byte is a letter or digit of ASCII.
    package var isASCIIAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}

extension FixedWidthInteger {
    /// The number's bytes in network order, most significant first.
    @inlinable
    package var bigEndianBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(bitWidth / 8)
        appendBigEndian(to: &bytes)
        return bytes
    }

    /// Puts those bytes behind `bytes`.
    @inlinable
    package func appendBigEndian(to bytes: inout [UInt8]) {
        var shift = bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: self &>> Self(truncatingIfNeeded: shift)))
        }
    }
}
