import Kernel

extension Request {
    /// The caller's address, as far as our own proxies vouch for it.
    ///
    /// Each of our `trustedHops` proxies appends the address it was called from to `X-Forwarded-For`, so the entry
    /// that many places from the right is the last one that a stranger could not write; several header lines count as
    /// one list in the order they came. A port behind the address and brackets around it are taken off.
    ///
    /// With 0 hops, with fewer entries than hops, and when that entry is no address, it is the connection's peer: one
    /// of our own proxies then, so that callers share a limit rather than escape it.
    package func clientAddress(trustedHops: Int) -> String {
        guard trustedHops > 0, let entry = forwarded(placesFromRight: trustedHops) else { return peer }
        let host = withoutPort(entry)
        return IPAddress(host) == nil ? peer : String(host)
    }

    /// Looks from the right and no further than it must: the left end may be as long as the header limit allows.
    private func forwarded(placesFromRight places: Int) -> Substring? {
        var missing = places
        for line in fields.lines.reversed() where equalIgnoringCase(line.name, "x-forwarded-for") {
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

    /// `192.0.2.1:80` and `[2001:db8::1]:80` without what is not the address; anything else as it is.
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

    /// A colon and a port's digits.
    private func isPort(_ text: Substring) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: ":") && (1...5).contains(digits.count)
            && digits.allSatisfy(\.isASCIIDigit)
    }
}
