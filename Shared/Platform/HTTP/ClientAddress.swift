import Kernel

extension Request {
    /// The client's address, as far as our own proxies vouch for it.
    ///
    /// Each of our `trustedHops` proxies appends the address of its peer to `X-Forwarded-For`, so the entry at that
    /// position from the right is the last one that a client cannot forge. Several header lines form one list, in
    /// order. A port and brackets are removed.
    ///
    /// With 0 hops, too few entries or an entry that is not an address, it is the connection's peer. That is then one
    /// of our proxies, so clients share a rate limit rather than escape it.
    package func clientAddress(trustedHops: Int) -> String {
        fields.clientAddress(peer: peer, trustedHops: trustedHops)
    }
}

extension Fields {
    /// Returns the client's address for a message with these fields, received from `peer`:
    /// `Request.clientAddress(trustedHops:)`.
    package func clientAddress(peer: String, trustedHops: Int) -> String {
        guard trustedHops > 0, let entry = forwarded(placesFromRight: trustedHops) else { return peer }
        let host = withoutPort(entry)
        return IPAddress(host) == nil ? peer : String(host)
    }

    /// Scans from the right, no further than needed: the list may be as long as the header limit allows.
    private func forwarded(placesFromRight places: Int) -> Substring? {
        var missing = places
        for line in lines.reversed() where equalIgnoringCase(line.name, "x-forwarded-for") {
            var rest = line.value[...]
            while true {
                let comma = rest.utf8.lastIndex(of: UInt8(ascii: ","))
                missing -= 1
                if missing == 0 { return (comma.map { rest[rest.utf8.index(after: $0)...] } ?? rest).trimmingBlanks() }
                guard let comma else { break }
                rest = rest[..<comma]
            }
        }
        return nil
    }

    /// Returns the address in `192.0.2.1:80` or `[2001:db8::1]:80`; any other text unchanged.
    private func withoutPort(_ entry: Substring) -> Substring {
        let bytes = entry.utf8
        if bytes.first == UInt8(ascii: "["), let end = bytes.firstIndex(of: UInt8(ascii: "]")) {
            let inside = entry[bytes.index(after: bytes.startIndex)..<end]
            let behind = entry[bytes.index(after: end)...]
            return inside.utf8.contains(UInt8(ascii: ":")) && (behind.isEmpty || isPort(behind)) ? inside : entry
        }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), isPort(entry[colon...]) else { return entry }
        return entry[..<colon]
    }

    /// Whether the text is a colon followed by a port number.
    private func isPort(_ text: Substring) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: ":") && (1...5).contains(digits.count)
            && digits.allSatisfy(\.isASCIIDigit)
    }
}
