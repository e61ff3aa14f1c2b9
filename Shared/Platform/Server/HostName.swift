import Glibc
import Kernel

/// Whether `text` is a valid `Host`: RFC 3986 section 3.2.2 and 3.2.3, `uri-host [ ":" port ]`.
///
/// Empty is allowed by RFC 9112 section 3.2.
func isHost(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let end = hostEnd(bytes) else { return false }
    guard end < bytes.count else { return true }
    let port = bytes[(end + 1)...]
    return bytes[end] == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy(\.isASCIIDigit)
}

/// Whether `text` is the authority of an `http` URI: a non-empty host and an optional port (RFC 9110 section 4.2.1;
/// user information is an error there, section 4.2.4).
func isAuthority(_ text: String) -> Bool { isHost(text) && !text.isEmpty && !text.hasPrefix(":") }

/// Returns the position of the port's colon, or the end if there is none; `nil` if the text before it is not a host.
private func hostEnd(_ bytes: [UInt8]) -> Int? {
    if bytes.first == UInt8(ascii: "[") {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), isIPv6(bytes[1..<end]) else { return nil }
        return end + 1
    }
    let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
    return isRegisteredName(bytes[..<end]) ? end : nil
}

/// `reg-name`: unreserved characters, sub-delimiters and percent-encoded bytes.
private func isRegisteredName(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%") {
            guard rest.prefix(2).count == 2, rest.prefix(2).allSatisfy({ $0.hexadecimalValue != nil }) else {
                return false
            }
            rest = rest.dropFirst(2)
        } else if !byte.isASCIIAlphanumeric, !punctuation.contains(byte) {
            return false
        }
    }
    return true
}

private func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
    // The C function stops at a NUL, and accepts a zone after «%» on some systems.
    guard bytes.allSatisfy({ $0.hexadecimalValue != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }) else {
        return false
    }
    var address = in6_addr()
    return unsafe inet_pton(AF_INET6, String(decoding: bytes, as: UTF8.self), &address) == 1
}

private let punctuation = Set("-._~!$&'()*+,;=".utf8)
