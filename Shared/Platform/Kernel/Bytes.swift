extension UInt8 {
    /// Whether the byte is an ASCII digit.
    @inlinable
    package var isASCIIDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// Whether the byte is a lower-case ASCII letter.
    @inlinable
    package var isASCIILowercase: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }

    /// Whether the byte is an ASCII letter.
    @inlinable
    package var isASCIILetter: Bool { (self | 0x20).isASCIILowercase }

    /// Whether the byte is an ASCII letter or digit.
    @inlinable
    package var isASCIIAlphanumeric: Bool { isASCIIDigit || isASCIILetter }

    /// The lower 4 bits as a lower-case hexadecimal digit.
    @inlinable
    package var hexadecimalDigit: UInt8 {
        let value = self & 15
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    /// The value of a hexadecimal digit in either case; `nil` for any other byte.
    package var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: lowercaseHexadecimalValue
        }
    }

    /// The value of a lower-case hexadecimal digit; `nil` for any other byte.
    package var lowercaseHexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension FixedWidthInteger {
    /// The bytes of the number in network order.
    @inlinable
    package var bigEndianBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(bitWidth / 8)
        appendBigEndian(to: &bytes)
        return bytes
    }

    /// Appends those bytes to `bytes`.
    @inlinable
    package func appendBigEndian(to bytes: inout [UInt8]) {
        var shift = bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: self &>> Self(truncatingIfNeeded: shift)))
        }
    }
}

extension String {
    /// Whether the two bytes occur in the text, adjacent and in this order.
    ///
    /// `String.contains` with a string would link the regular expression engine, 1.4 MB per executable.
    package func hasPair(_ first: UInt8, _ second: UInt8) -> Bool {
        let bytes = utf8.span
        for index in bytes.indices.dropFirst() where bytes[index] == second && bytes[index - 1] == first { return true }
        return false
    }
}

extension [UInt8] {
    /// Appends a number in decimal, zero-padded to `width` digits.
    package mutating func append(decimal number: some BinaryInteger, width: Int = 1) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var (rest, power) = (UInt64(number.magnitude), UInt64(1))
        for _ in 1..<Swift.max(width, 1) { power *= 10 }
        while rest / power >= 10 { power *= 10 }
        while power > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power))
            rest %= power
            power /= 10
        }
    }
}
