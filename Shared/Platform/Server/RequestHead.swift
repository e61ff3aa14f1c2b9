internal import HTTP
internal import Kernel

/// A request line and header fields, received in fragments.
///
/// Checks the rules of RFC 9110 and 9112 that a parser of the grammar leaves to the server.
struct RequestHead {
    var method = ""
    var version = (major: 0, minor: 0)
    var target: [UInt8] = []
    private(set) var fields = Fields()
    private(set) var expectsContinue = false
    private(set) var path = ""
    private(set) var query = ""

    private var name: [UInt8] = []
    private var value: [UInt8] = []

    /// Whether the body uses chunked transfer coding.
    var isChunked: Bool { fields["transfer-encoding"] != nil }
    /// Whether the last field name read belongs to a field that frames the body.
    var isAtFraming: Bool {
        RequestHead.framingNames.contains { $0.utf8.count == name.count }
            && RequestHead.framingNames.contains { equalIgnoringCase(String(decoding: name, as: UTF8.self), $0) }
    }

    mutating func appendName(_ bytes: UnsafeBufferPointer<UInt8>) { unsafe name.append(contentsOf: bytes) }

    mutating func appendValue(_ bytes: UnsafeBufferPointer<UInt8>) { unsafe value.append(contentsOf: bytes) }

    /// Ends a field line; names and values arrive in fragments, line ends do not.
    mutating func endLine() {
        while let last = value.last, last == 32 || last == 9 { value.removeLast() }
        if fields.lines.isEmpty { fields.reserve(RequestHead.usualFields) }
        fields.append(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
        name.removeAll(keepingCapacity: true)
        value.removeAll(keepingCapacity: true)
    }

    /// Whether the connection persists: `close` overrides `keep-alive` in either version (RFC 9112 section 9.3).
    var keepsAlive: Bool {
        let options = list("connection")
        if options.contains(where: { equalIgnoringCase($0, "close") }) { return false }
        return version == (1, 1) || options.contains { equalIgnoringCase($0, "keep-alive") }
    }

    /// Checks everything that must hold before a handler sees the request.
    mutating func validate() throws(RequestFault) {
        guard version == (1, 0) || version == (1, 1) else { throw .versionUnsupported }
        try checkHost()
        try checkTransferEncoding()
        try checkMethod()
        try splitTarget()
        try checkExpectation()
    }

    /// Checks `Host`: exactly one valid field in HTTP/1.1, at most one in HTTP/1.0 (RFC 9112 section 3.2).
    private func checkHost() throws(RequestFault) {
        let hosts = fields.values("host")
        guard hosts.count <= 1 else { throw .badRequest("There is more than one Host field.") }
        guard let host = hosts.first else {
            guard version == (1, 0) else { throw .badRequest("The Host field is missing.") }
            return
        }
        guard isHost(host) else { throw .badRequest("The Host field is malformed.") }
    }

    /// Checks transfer codings: HTTP/1.0 has none, and we support only `chunked` (RFC 9112 section 6.1).
    private func checkTransferEncoding() throws(RequestFault) {
        let codings = fields.values("transfer-encoding")
        guard !codings.isEmpty else { return }
        guard version == (1, 1) else { throw .badRequest("Transfer-Encoding has no place in HTTP/1.0.") }
        guard codings.count == 1, equalIgnoringCase(codings[0], "chunked") else { throw .codingUnknown }
    }

    private func checkMethod() throws(RequestFault) {
        if method == "TRACE" || method == "CONNECT" { throw .methodNotAllowed }
        guard Method(rawValue: method) != nil else { throw .methodUnknown }
    }

    /// Splits the target: origin form, absolute form (`http://host/path`), or `*` for `OPTIONS` (RFC 9112 section 3.2).
    private mutating func splitTarget() throws(RequestFault) {
        for byte in target where byte <= 32 || byte >= 127 || byte == UInt8(ascii: "#") {
            throw .badRequest("The address is broken.")
        }
        if target.first == UInt8(ascii: "/") {
            (path, query) = RequestHead.parts(target[...])
            return
        }
        let text = String(decoding: target, as: UTF8.self)[...]
        if text == "*" {
            guard method == "OPTIONS" else { throw .badRequest("The address is broken.") }
            path = "*"
        } else {
            (path, query) = RequestHead.parts(Array(try takeAuthority(ofAbsolute: text).utf8)[...])
        }
    }

    /// Splits at the first question mark.
    private static func parts(_ target: ArraySlice<UInt8>) -> (path: String, query: String) {
        guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else {
            return (String(decoding: target, as: UTF8.self), "")
        }
        return (
            String(decoding: target[..<mark], as: UTF8.self), String(decoding: target[(mark + 1)...], as: UTF8.self)
        )
    }

    /// Checks `Expect`, for which RFC 9110 section 10.1.1 defines a single value.
    private mutating func checkExpectation() throws(RequestFault) {
        let expectations = list("expect")
        guard !expectations.isEmpty else { return }
        guard expectations.allSatisfy({ equalIgnoringCase($0, "100-continue") }) else { throw .expectationFailed }
        expectsContinue = version == (1, 1)
    }

    /// Returns the elements of a list field across all its lines, without empty ones (RFC 9110 section 5.6.1).
    private func list(_ name: String) -> [String] {
        let values = fields.values(name)
        guard !values.isEmpty else { return [] }
        return values.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
            .map { String(Substring($0).trimmingBlanks()) }
            .filter { !$0.isEmpty }
    }

    /// Takes the host of an absolute target, which overrides the `Host` field (RFC 9112 section 3.2.2).
    private mutating func takeAuthority(ofAbsolute text: Substring) throws(RequestFault) -> Substring {
        let schemes = ["http://", "https://"]
        guard let scheme = schemes.first(where: { equalIgnoringCase(String(text.prefix($0.count)), $0) }) else {
            throw .badRequest("The address is broken.")
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard isAuthority(String(authority)) else { throw .badRequest("The address is broken.") }
        fields.set("Host", String(authority))
        let path = rest.dropFirst(authority.count)
        return path.hasPrefix("/") ? path : "/" + path
    }

    /// About as many as a browser behind a load balancer sends.
    private static let usualFields = 16
    private static let framingNames = ["content-length", "transfer-encoding"]
}
