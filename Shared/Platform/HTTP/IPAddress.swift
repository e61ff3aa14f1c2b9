internal import Kernel

/// An IPv4 or IPv6 address; an IPv4-mapped address (`::ffff:192.0.2.1`) becomes the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// The 4 or 16 bytes of the address.
    package let bytes: [UInt8]

    /// Parses dotted IPv4, or IPv6 as in RFC 4291; `nil` for anything else: names, ports, brackets, zones.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45 else { return nil }
        let text = Array(text.utf8)
        let read = text.contains(UInt8(ascii: ":")) ? sixteenBytes(text) : fourBytes(text[...])
        guard let bytes = read else { return nil }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        self.bytes = bytes.count == 16 && bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes
    }

    /// The rate limit key of a client: the IPv4 address, or the /64 prefix of an IPv6 address, because a household or a
    /// machine is usually assigned a whole /64.
    package var caller: [UInt8] { bytes.count == 4 ? bytes : Array(bytes.prefix(8)) }

    /// The networks that a client's requests count against, the narrowest first, each with its share: how many times the
    /// narrowest one's quota it has.
    ///
    /// Whoever is assigned a /56 or /48, as sites are, has 256 or 65,536 networks of 64 bits (RFC 6177), and would
    /// otherwise have as many quotas.
    package var callers: [(network: [UInt8], share: Int)] {
        bytes.count == 4
            ? [(bytes, 1)]
            : [(Array(bytes.prefix(8)), 1), (Array(bytes.prefix(7)), 4), (Array(bytes.prefix(6)), 16)]
    }

    /// The network, for logs: the address without the last byte of IPv4, or the first 48 bits of IPv6.
    package var network: String {
        if bytes.count == 4 { return "\(bytes[0]).\(bytes[1]).\(bytes[2]).0" }
        var groups = stride(from: 0, to: 6, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        while groups.last == 0 { groups.removeLast() }
        return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::"
    }
}

/// Parses four decimal numbers up to 255, without leading zeros: some readers take them for octal.
private func fourBytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4)
    var (number, digits) = (0, 0)
    for symbol in text {
        switch symbol {
        case UInt8(ascii: "."):
            guard digits > 0, bytes.count < 3 else { return nil }
            bytes.append(UInt8(truncatingIfNeeded: number))
            (number, digits) = (0, 0)
        case let digit where digit.isASCIIDigit:
            guard digits == 0 || number > 0 else { return nil }
            number = number * 10 + Int(symbol - UInt8(ascii: "0"))
            digits += 1
            guard number <= 255 else { return nil }
        default: return nil
        }
    }
    guard digits > 0, bytes.count == 3 else { return nil }
    bytes.append(UInt8(truncatingIfNeeded: number))
    return bytes
}

/// Parses eight groups, or fewer around one `::`; the last two may be in IPv4 notation.
private func sixteenBytes(_ text: [UInt8]) -> [UInt8]? {
    let colon = UInt8(ascii: ":")
    let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
    guard let gap else {
        guard let bytes = groups(text[...], mayEndInIPv4: true), bytes.count == 16 else { return nil }
        return bytes
    }
    guard let head = groups(text[..<gap], mayEndInIPv4: false),
        let tail = groups(text[(gap + 2)...], mayEndInIPv4: true), head.count + tail.count <= 14
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
}

private func groups(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    var bytes: [UInt8] = []
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
        if mayEndInIPv4, index == parts.count - 1, let four = fourBytes(part) {
            bytes += four
            continue
        }
        guard (1...4).contains(part.count), part.allSatisfy({ $0.hexadecimalValue != nil }),
            let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
    }
    return bytes
}
