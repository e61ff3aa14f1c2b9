/// The transport security a database connection requires.
///
/// libpq's default (`prefer`) falls back to plain text if a server, or an attacker in between, offers no TLS.
///
/// Source: <https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION>
enum TransportRule {
    /// The expected format, for the settings fault.
    static let expected =
        "sslmode=verify-full (which is meant when nothing is said) or verify-ca for a host that is not this machine; "
        + "sslmode=disable only for a host name without a dot, as in a private network of containers"

    /// Returns the `sslmode` to connect with; `nil` if the `requested` one leaves the connection open to
    /// interception.
    ///
    /// - Parameter hosts: libpq's comma-separated lists of names and addresses, where present.
    static func mode(hosts: [String?], requested: String?) -> String? {
        let hosts = hosts.compactMap(\.self).flatMap { $0.split(separator: ",").map(String.init) }
        if hosts.allSatisfy(isHere) { return requested ?? "prefer" }
        switch requested {
        case nil: return "verify-full"
        case "verify-full", "verify-ca": return requested
        case "disable": return hosts.allSatisfy { isHere($0) || isPrivate($0) } ? requested : nil
        default: return nil
        }
    }

    /// Returns whether `host` is a Unix socket's folder or this machine, by name or address.
    private static func isHere(_ host: String) -> Bool {
        if host.hasPrefix("/") || host.hasPrefix("@") || host == "::1" { return true }
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }

    /// Returns whether `host` is a single label, which no server on the Internet has.
    private static func isPrivate(_ host: String) -> Bool { !host.contains { $0 == "." || $0 == ":" } }
}
