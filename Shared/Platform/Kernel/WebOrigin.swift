/// Scheme, host and port of a web server: what stands in a URL before its path (RFC 6454).
package struct WebOrigin: Equatable, Sendable {
    /// What a setting must look like that names one, for the fault that says it does not.
    package static let expected = "https://host or http://host:port, without a path"

    /// `https` or `http`.
    package let scheme: String
    /// Host and port, as the URL has them.
    package let authority: String

    /// An origin known in source code.
    package init(https host: StaticString) { self.init(scheme: "https", authority: host.description) }

    private init(scheme: String, authority: String) {
        self.scheme = scheme
        self.authority = authority
    }

    /// An origin from `http://` or `https://`, a host name or IPv4 address, and perhaps a port and one last slash.
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

    /// The URL without a slash at its end.
    package var text: String { "\(scheme)://\(authority)" }

    /// The host alone.
    package var host: String { String(authority.prefix { $0 != ":" }) }

    /// Whether what is sent there can be read on the way.
    package var isPlain: Bool { scheme == "http" }

    /// Whether it is this machine, by name (RFC 6761 section 6.3) or by address.
    package var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers.first == 127 && !numbers.contains(nil)
    }

    /// The origin of a host below this one.
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
