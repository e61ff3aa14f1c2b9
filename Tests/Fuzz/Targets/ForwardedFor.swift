import Glibc
import HTTP
import Kernel

private let peer = "192.0.2.1"

/// What a stranger sends as `X-Forwarded-For`, a line each, and how many proxies stand before us.
func checkForwardedFor(_ input: Input) throws(BrokenPromise) {
    var input = input
    let hops = input.choice(of: 5)
    let isOneLine = input.choice(of: 2) == 0
    var lines: [String] = []
    while !input.isAtEnd { lines.append(input.text()) }

    let request = request(lines)
    try promise(request.clientAddress(trustedHops: 0), is: peer, "without proxies it is the peer")
    for hops in 1...4 {
        let seen = request.clientAddress(trustedHops: hops)
        try promise(seen, is: expected(request, hops), "the entry at its place is read")
        try promise(seen == peer || isAddress(seen), "it is the peer or an address: saw \(seen)")
    }
    for line in lines {
        try promise(IPAddress(line)?.bytes, is: addressBytes(line), "an address is what the C library calls one")
    }
    guard hops > 0 else { return }
    try checkProxies(hops, on: lines, isOneLine: isOneLine)
}

/// Whatever a stranger sent, what our proxies append to it decides.
private func checkProxies(_ hops: Int, on lines: [String], isOneLine: Bool) throws(BrokenPromise) {
    let appended = (1...hops).map { "203.0.113.\($0)" }
    var all = lines
    if isOneLine, let last = all.popLast() {
        all.append(([last] + appended).joined(separator: ","))
    } else {
        all += appended
    }
    try promise(request(all).clientAddress(trustedHops: hops), is: appended[0], "a stranger cannot choose the address")
}

private func request(_ lines: [String]) -> Request {
    var fields = Fields()
    for line in lines { fields.append("X-Forwarded-For", line) }
    return Request(path: "/", fields: fields, peer: peer)
}

/// The address by a reading of our own: what stands between commas, of all lines, counted from the right.
private func expected(_ request: Request, _ hops: Int) -> String {
    let all = request.fields.values("x-forwarded-for").map { Array($0.utf8) }
    let entries = all.joined(separator: [UInt8(ascii: ",")])
        .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard !all.isEmpty, entries.count >= hops else { return peer }
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    let bare = Array(entries.reversed()[hops - 1].drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    let text = String(decoding: withoutPort(bare), as: UTF8.self)
    return isAddress(text) ? text : peer
}

/// `192.0.2.1:80` and `[2001:db8::1]:80` without what is not the address; anything else as it is.
private func withoutPort(_ entry: [UInt8]) -> [UInt8] {
    let digits = entry.reversed().prefix { $0 >= 0x30 && $0 <= 0x39 }.count
    let hasPort = (1...5).contains(digits) && entry.dropLast(digits).last == UInt8(ascii: ":")
    let host = hasPort ? Array(entry.dropLast(digits + 1)) : entry
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
        let inside = Array(host.dropFirst().dropLast())
        return inside.contains(UInt8(ascii: ":")) ? inside : entry
    }
    return host.contains(UInt8(ascii: ":")) ? entry : host
}

private func isAddress(_ text: String) -> Bool { addressBytes(text) != nil }

/// What the C library reads; an IPv4 address in IPv6's clothes is the IPv4 address.
private func addressBytes(_ text: String) -> [UInt8]? {
    guard !text.utf8.contains(0), !text.utf8.contains(UInt8(ascii: "%")) else { return nil }
    var (four, six) = (in_addr(), in6_addr())
    if unsafe inet_pton(AF_INET, text, &four) == 1 {
        return unsafe withUnsafeBytes(of: &four) { unsafe Array($0) }
    }
    guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    let bytes = unsafe withUnsafeBytes(of: &six) { unsafe Array($0) }
    let isFour = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isFour ? Array(bytes[12...]) : bytes
}
