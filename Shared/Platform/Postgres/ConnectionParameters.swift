internal import CPostgres
import EventLoop
import Glibc
import Kernel

/// The keywords and values passed to libpq, with host names already resolved.
struct ConnectionParameters {
    private(set) var keywords: [(String, String)]

    /// Parses a libpq URL and adds the parameters common to all our connections.
    ///
    /// - Throws: `.notConfigured` if libpq cannot parse the URL, or if its transport could be intercepted.
    init(_ settings: DatabaseSettings) throws(PostgresFault) {
        keywords = try ConnectionParameters.parse(settings.url)
        try guardTransport()
        if self["gssencmode"] == nil { set("gssencmode", "disable") }
        set("client_encoding", "UTF8")
        let server = max(1_000, settings.statementTime.wholeMilliseconds - 1_000)
        let limits =
            "-c statement_timeout=\(server) -c lock_timeout=\(server) -c idle_in_transaction_session_timeout=30000"
        let options = [self["options"], limits, settings.plansOnce ? ConnectionParameters.plansOnce : nil]
        set("options", options.compactMap { $0 }.joined(separator: " "))
    }

    /// The server options for `DatabaseSettings.plansOnce`.
    ///
    /// JIT is off because a plan without a sequential scan may look costly enough to trigger it.
    private static let plansOnce = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"

    /// Whether a connection to `url` would be allowed and well-formed.
    static func accepts(_ url: Secret) -> Bool {
        do throws(PostgresFault) {
            _ = try ConnectionParameters(DatabaseSettings(url: url, poolSize: 1))
            return true
        } catch { return false }
    }

    private mutating func guardTransport() throws(PostgresFault) {
        guard let mode = TransportRule.mode(hosts: [self["host"], self["hostaddr"]], requested: self["sslmode"]) else {
            throw .notConfigured("DATABASE_URL needs \(TransportRule.expected)")
        }
        set("sslmode", mode)
    }

    /// Resolves host names off the loop; libpq itself would resolve them on the calling thread.
    ///
    /// A numeric address is used unchanged, so that the process need not start its worker threads.
    @Loop
    mutating func resolve() async throws(PostgresFault) {
        guard self["hostaddr"] == nil, let host = self["host"], !host.isEmpty, !host.hasPrefix("/") else { return }
        guard !isAddress(host) else { return set("hostaddr", host) }
        var addresses: [String]
        do { addresses = try await Loop.resolve(host) } catch {
            throw .couldNotConnect("the host's name has no address (\(error.code))")
        }
        addresses = Array(addresses.prefix(4))
        set("hostaddr", addresses.joined(separator: ","))
        set("host", addresses.map { _ in host }.joined(separator: ","))
    }

    private subscript(name: String) -> String? { keywords.first { $0.0 == name }?.1 }

    private mutating func set(_ name: String, _ value: String) {
        keywords.removeAll { $0.0 == name }
        keywords.append((name, value))
    }

    private static func parse(_ url: Secret) throws(PostgresFault) -> [(String, String)] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = unsafe PQconninfoParse(url.revealed(), &message) else {
            unsafe PQfreemem(message)
            throw .notConfigured("DATABASE_URL is not a libpq URL")
        }
        defer { unsafe PQconninfoFree(options) }
        var keywords: [(String, String)] = []
        var next = unsafe options
        while let keyword = unsafe next.pointee.keyword {
            if let value = unsafe next.pointee.val {
                unsafe keywords.append((String(cString: keyword), String(cString: value)))
            }
            unsafe next += 1
        }
        return keywords
    }
}

/// Returns whether `host` is a numeric address.
private func isAddress(_ host: String) -> Bool {
    var bytes = (UInt64(0), UInt64(0))
    return [AF_INET, AF_INET6].contains { family in unsafe inet_pton(family, host, &bytes) == 1 }
}
