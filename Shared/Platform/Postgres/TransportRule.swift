/// How the way to a database must be guarded: what libpq would do by itself (`prefer`) goes on in the clear when a
/// server, or somebody in between, offers no TLS.
///
/// Source: <https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION>
enum TransportRule {
    /// What the setting must look like, for the fault that says it does not.
    static let expected =
        "sslmode=verify-full (which is meant when nothing is said) or verify-ca for a host that is not this machine; "
        + "sslmode=disable only for a host name without a dot, as in a private network of containers"

    /// The `sslmode` to connect with; `nil` when the one that was `asked` for leaves the way open.
    ///
    /// - Parameter hosts: libpq's lists of names and addresses with commas between them, where there are any.
    static func mode(hosts: [String?], asked: String?) -> String? {
        let hosts = hosts.compactMap(\.self).flatMap { $0.split(separator: ",").map(String.init) }
        if hosts.allSatisfy(isHere) { return asked ?? "prefer" }
        switch asked {
        case nil: return "verify-full"
        case "verify-full", "verify-ca": return asked
        case "disable": return hosts.allSatisfy { isHere($0) || isPrivate($0) } ? asked : nil
        default: return nil
        }
    }

    /// A Unix socket's folder, or this machine by name or address.
    private static func isHere(_ host: String) -> Bool {
        if host.hasPrefix("/") || host.hasPrefix("@") || host == "::1" { return true }
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }

    /// A name of one label, which no server on the Internet has.
    private static func isPrivate(_ host: String) -> Bool { !host.contains { $0 == "." || $0 == ":" } }
}
