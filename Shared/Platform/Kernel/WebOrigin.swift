/// Scheme, host and port of a web server: the part of a URL before its path (RFC 6454).
package struct WebOrigin: Equatable, Sendable {
    /// The expected format, for the settings fault.
    package static let expected = "https://host or http://host:port, without a path"

    /// `https` or `http`.
    package let scheme: String
    /// Host and port as written in the URL.
    package let authority: String

    /// Creates an origin that is known in source code.
    package init(https host: StaticString) { self.init(scheme: "https", authority: host.description) }

    private init(scheme: String, authority: String) {
        self.scheme = scheme
        self.authority = authority
    }

    /// Parses `http://` or `https://`, a host name or IPv4 address, an optional port and an optional trailing slash.
    package init?(_ text: String) {
        guard let scheme = ["https", "http"].first(where: { text.hasPrefix("\($0)://") }) else { return nil }
        var rest = text.dropFirst(scheme.count + 3)
        if rest.hasSuffix("/") { rest.removeLast() }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, WebOrigin.isHost(parts[0]),
            parts.count == 1 || UInt16(parts[1]).map({ String($0) == parts[1] && $0 > 0 }) == true
        else { return nil }
        self.init(scheme: scheme, authority: String(rest))
    }

    /// The URL without a trailing slash.
    package var text: String { "\(scheme)://\(authority)" }

    /// The host without the port.
    package var host: String { String(authority.prefix { $0 != ":" }) }

    /// Whether the connection is not encrypted.
    package var isPlain: Bool { scheme == "http" }

    /// Whether the host is this machine, by name (RFC 6761 section 6.3) or by address.
    package var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers.first == 127 && !numbers.contains(nil)
    }

    /// Returns the origin of a subdomain of this host.
    package func with(subdomain: String) -> WebOrigin {
        WebOrigin(scheme: scheme, authority: "\(subdomain).\(authority)")
    }

    private static func isHost(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy {
                $0.isASCIIDigit || $0.isASCIILowercase || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }
}
